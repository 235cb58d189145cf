import ColumnFormat

/// Casts of IP addresses and networks.
enum IPCasting {
  typealias Bytes = UnsafeRawBufferPointer

  static func cast(_ from: SQLType, _ to: SQLType) -> Casting.Cast? {
    switch (from, to) {
    case (.ipAddress, .varchar(nil)):
      return { column, isTry in
        try Casting.print(column, to, isTry) { (value: Bytes, text) in
          IPAddressText.append(value, to: &text)
        }
      }
    case (.ipPrefix, .varchar(nil)):
      return { column, isTry in
        try Casting.print(column, to, isTry) { (value: Bytes, text) in
          IPAddressText.appendPrefix(value, to: &text)
        }
      }
    case (.ipAddress, .varbinary): return { column, _ in column }
    case (.ipAddress, .ipPrefix):
      return { column, _ in
        let arena = ByteArena()
        return try Rowwise.map([column], column.count, arena: arena) {
          (value: Bytes) -> ByteView? in
          let length = IPAddressText.isMapped(value) ? 32 : 128
          return arena.copy(IPAddressText.prefix(of: value, length: length))
        }
      }
    case (.ipPrefix, .ipAddress):
      return { column, _ in
        try Rowwise.map([column], column.count) { (value: Bytes) -> ByteView? in
          ByteView(value, 0, min(16, value.count))
        }
      }
    default: return nil
    }
  }

  static func fromText(_ to: SQLType) -> Casting.Cast? {
    let name = to == .ipAddress ? "IPADDRESS" : "IPPREFIX"
    return { column, isTry in
      let arena = ByteArena()
      return try Casting.convert(
        column,
        isTry,
        arena: arena,
        failure: { (text: Bytes) in
          SQLError(.invalidCast, "Cannot cast value to \(name): \(text.text)")
        }
      ) { (text: Bytes) -> ByteView? in
        let value = to == .ipAddress ? IPAddressText.address(text) : IPAddressText.prefix(text)
        return value.map { arena.copy($0) }
      }
    }
  }

  /// Four bytes are an IPv4 address, sixteen an IPv6 address.
  static let fromBinary: Casting.Cast = { column, isTry in
    let arena = ByteArena()
    return try Casting.convert(
      column,
      isTry,
      arena: arena,
      failure: { (value: Bytes) in
        SQLError(.invalidCast, "Invalid IP address binary length: \(value.count)")
      }
    ) { (value: Bytes) -> ByteView? in
      switch value.count {
      case 4: arena.copy(IPAddressText.mappedPrefix + Array(value))
      case 16: ByteView(value, 0, 16)
      default: nil
      }
    }
  }
}
