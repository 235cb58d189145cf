import ColumnFormat

/// Networks and the addresses in them.
///
/// Sources: Trino documentation, "IP Address Functions"; Presto documentation of the same name for
/// those with networks as values.
enum IPAddressFunctions {
  typealias Bytes = UnsafeRawBufferPointer

  static func register(_ functions: inout FunctionRegistry) {
    for name in ["contains", "contains_ip"] {
      functions.scalar(
        "\(name)(varchar, ipaddress) -> boolean",
        "Whether a network, written with the length of its prefix, holds the address.",
        examples: name == "contains"
          ? [
            "contains('10.0.0.0/8', IPADDRESS '10.255.255.255')": "true",
            "contains('2001:db8::/32', IPADDRESS '10.1.2.3')": "false",
          ] : ["contains_ip('192.168.0.0/16', IPADDRESS '192.169.0.1')": "false"]
      ) { a, n, _ in
        try Rowwise.map(a, n) { (network: Bytes, address: Bytes) throws -> UInt8? in
          guard network.contains(0x2F) else {
            throw SQLError(.invalidArgument, "Invalid CIDR")
          }
          guard let prefix = IPAddressText.prefix(network) else {
            throw SQLError(.invalidArgument, "Invalid network IP address: \(network.text)")
          }
          return holds(prefix, Array(address)) ? 1 : 0
        }
      }
    }
    prefixes(&functions)
    subnets(&functions)
  }

  private static func prefixes(_ functions: inout FunctionRegistry) {
    for type in ["ipaddress", "varchar"] {
      functions.scalar(
        "ip_prefix(\(type), bigint) -> ipprefix",
        "The network of an address: its first bits.",
        examples: type == "varchar"
          ? ["ip_prefix('192.168.255.255', 9)": "192.128.0.0/9"]
          : ["ip_prefix(IPADDRESS '2001:db8:ffff::1', 32)": "2001:db8::/32"]
      ) { a, n, _ in
        let addresses = type == "varchar" ? try addresses(a[0]) : a[0]
        let arena = ByteArena()
        return try Rowwise.map([addresses, a[1]], n, arena: arena) {
          (address: Bytes, length: Int64) throws -> ByteView? in
          let isMapped = IPAddressText.isMapped(address)
          guard length >= 0, length <= (isMapped ? 32 : 128) else {
            throw SQLError(
              .invalidArgument,
              "\(isMapped ? "IPv4" : "IPv6") subnet size must be in range [0, \(isMapped ? 32 : 128)]"
            )
          }
          return arena.copy(IPAddressText.prefix(of: address, length: Int(length)))
        }
      }
    }
  }

  private static func addresses(_ column: Column) throws -> Column {
    guard let convert = IPCasting.fromText(.ipAddress) else { return column }
    return try convert(column, false)
  }

  private static func subnets(_ functions: inout FunctionRegistry) {
    for isMax in [false, true] {
      functions.scalar(
        "ip_subnet_\(isMax ? "max" : "min")(ipprefix) -> ipaddress",
        "The \(isMax ? "highest" : "lowest") address of a network.",
        examples: [
          "ip_subnet_\(isMax ? "max" : "min")(IPPREFIX '192.64.1.1/9')": isMax
            ? "192.127.255.255" : "192.0.0.0"
        ],
        canFail: false
      ) { a, n, _ in
        let arena = ByteArena()
        return try Rowwise.map(a, n, arena: arena) { (prefix: Bytes) -> ByteView? in
          arena.copy(bound(prefix, isMax))
        }
      }
    }
    functions.scalar(
      "ip_subnet_range(ipprefix) -> array(ipaddress)",
      "The lowest and the highest address of a network.",
      examples: ["ip_subnet_range(IPPREFIX '1.2.3.160/24')": "[1.2.3.0, 1.2.3.255]"],
      canFail: false
    ) { a, n, _ in
      let prefixes = a[0].flattened()
      let arena = ByteArena()
      var builder = ListBuilder<ByteView>()
      let views = Operand<ByteView>(prefixes)
      for row in 0..<n {
        if prefixes.isValid(row) {
          let prefix = (views.buffer.base + row).bytes
          builder.append(arena.copy(bound(prefix, false)))
          builder.append(arena.copy(bound(prefix, true)))
        }
        builder.endRow()
      }
      return builder.finish(validity: prefixes.validity, heap: ByteHeap([arena]))
    }
    functions.scalar(
      "is_subnet_of(ipprefix, ipaddress) -> boolean",
      "Whether a network holds an address, or all of another network.",
      examples: ["is_subnet_of(IPPREFIX '1.2.3.128/26', IPADDRESS '1.2.3.129')": "true"],
      canFail: false
    ) { a, n, _ in
      try Rowwise.map(a, n) { (network: Bytes, address: Bytes) -> UInt8? in
        holds(Array(network), Array(address)) ? 1 : 0
      }
    }
    functions.scalar(
      "is_subnet_of(ipprefix, ipprefix) -> boolean",
      examples: ["is_subnet_of(IPPREFIX '192.168.3.131/26', IPPREFIX '192.168.3.144/30')": "true"],
      canFail: false
    ) { a, n, _ in
      try Rowwise.map(a, n) { (network: Bytes, other: Bytes) -> UInt8? in
        let isNarrower = (other.last ?? 0) >= (network.last ?? 0)
        return isNarrower && holds(Array(network), Array(other.prefix(16))) ? 1 : 0
      }
    }
  }

  private static func bound(_ prefix: Bytes, _ isMax: Bool) -> [UInt8] {
    IPAddressText.masked(
      Array(prefix.prefix(16)),
      length: Int(prefix.last ?? 0),
      isFilled: isMax
    )
  }

  /// Whether an address begins with the bits of a network; IPv4 is never within IPv6.
  private static func holds(_ prefix: [UInt8], _ address: [UInt8]) -> Bool {
    let base = Array(prefix.dropLast())
    guard let length = prefix.last, IPAddressText.isMapped(base) == IPAddressText.isMapped(address)
    else { return false }
    return IPAddressText.masked(address, length: Int(length), isFilled: false) == base
  }
}
