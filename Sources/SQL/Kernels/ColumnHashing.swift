import ColumnFormat

/// 64-bit hashes of values for joins, groups and sketches: multiply-mix, as in wyhash and Umbra.
enum ColumnHashing {
  static let nullHash: UInt64 = 0x9E37_79B9_7F4A_7C15

  @inline(__always)
  static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  @inline(__always)
  static func hash(_ value: UInt64) -> UInt64 {
    mix(value ^ 0xA076_1D64_78BD_642F, 0xE703_7ED1_A0B4_28DB)
  }

  @inline(__always)
  static func hash(_ view: ByteView) -> UInt64 {
    if view.isInline {
      return mix(view.head ^ 0xA076_1D64_78BD_642F, view.tail ^ 0xE703_7ED1_A0B4_28DB)
    }
    return hash(bytes: view.address, count: view.count)
  }

  /// Of more than twelve bytes.
  @inline(__always)
  static func hash(bytes: UnsafeRawPointer, count: Int) -> UInt64 {
    var state = UInt64(truncatingIfNeeded: count) ^ 0xA076_1D64_78BD_642F
    var position = 0
    while position &+ 16 <= count {
      state = mix(
        (bytes + position).loadUnaligned(as: UInt64.self) ^ state,
        (bytes + (position &+ 8)).loadUnaligned(as: UInt64.self) ^ 0xE703_7ED1_A0B4_28DB
      )
      position &+= 16
    }
    if position < count {
      // The last sixteen bytes, or the last eight twice; some are hashed a second time.
      let last = bytes + (count &- 8)
      let first = count >= 16 ? bytes + (count &- 16) : bytes
      state = mix(
        first.loadUnaligned(as: UInt64.self) ^ state,
        last.loadUnaligned(as: UInt64.self) ^ 0x8EBC_6AF0_9C88_C6E3
      )
    }
    return mix(state, 0x5895_58CF_E4D0_A5C7)
  }

  /// Writes one hash a row; nulls have one of their own.
  ///
  /// Values that are not distinct have the same hash: instants whatever their zones, maps whatever
  /// the order of their entries, and so for both within arrays and rows.
  static func hash(
    _ column: Column,
    _ type: SQLType,
    rowCount: Int,
    into target: UnsafeMutablePointer<UInt64>
  ) { hashes(column, type, rowCount, target) }

  @inline(__always)
  private static func combine(_ state: UInt64, _ own: UInt64) -> UInt64 {
    mix(state ^ 0x8EBC_6AF0_9C88_C6E3, own ^ 0x5895_58CF_E4D0_A5C7)
  }

  /// The hash of each row of one column.
  private static func hashes(
    _ column: Column,
    _ type: SQLType,
    _ rowCount: Int,
    _ target: UnsafeMutablePointer<UInt64>
  ) {
    switch column.form {
    case .constant(let values, let isNull):
      var single = nullHash
      if !isNull { hashValues(values, type, 1, &single) }
      target.update(repeating: single, count: rowCount)
      return
    case .dictionary(let codes, let dictionary):
      if dictionary.count <= rowCount {
        let entries = Buffer<UInt64>(count: dictionary.count)
        hashValues(dictionary.values, type, dictionary.count, entries.base)
        for row in 0..<rowCount { target[row] = entries.base[Int(codes.base[row])] }
      } else {
        hashValues(dictionary.values.taking(codes), type, rowCount, target)
      }
    default: hashValues(column.flatValues, type, rowCount, target)
    }
    if let validity = column.validity {
      for row in 0..<rowCount where !validity.isValid(row) { target[row] = nullHash }
    }
  }

  private static func hashValues(
    _ values: Values,
    _ type: SQLType,
    _ count: Int,
    _ target: UnsafeMutablePointer<UInt64>
  ) {
    switch values {
    case .boolean(let own): integers(own, count, target)
    case .int8(let own): integers(own, count, target)
    case .int16(let own): integers(own, count, target)
    case .int32(let own): integers(own, count, target)
    case .int64(let own): integers(own, count, target)
    case .int128(let own):
      // The zone has no say in equality.
      let zoneBits: Int128 = type.hasZone ? 16 : 0
      for row in 0..<count {
        let value = own.base[row] >> zoneBits
        let high = UInt64(truncatingIfNeeded: value >> 64)
        let low = UInt64(truncatingIfNeeded: value)
        // A small value hashes alike in 64 and in 128 bits.
        let sign = UInt64(bitPattern: Int64(bitPattern: low) >> 63)
        target[row] = high == sign ? hash(low) : combine(hash(low), high)
      }
    case .float32(let own):
      for row in 0..<count {
        let value = own.base[row]
        // -0 equals 0, and every NaN is one group.
        let canonical = value == 0 ? 0 : value.isNaN ? Float.nan : value
        target[row] = hash(UInt64(canonical.bitPattern))
      }
    case .float64(let own):
      for row in 0..<count {
        let value = own.base[row]
        let canonical = value == 0 ? 0 : value.isNaN ? Double.nan : value
        target[row] = hash(canonical.bitPattern)
      }
    case .bytes(let own, _):
      for row in 0..<count { target[row] = hash(own.base[row]) }
    case .list(let offsets, let elements):
      let inner = Buffer<UInt64>(count: elements.count)
      hashes(elements, type.elementType, elements.count, inner.base)
      if case .map = type {
        for row in 0..<count {
          // A sum does not depend on the order of the entries.
          var sum = hash(UInt64(offsets.base[row + 1] &- offsets.base[row]))
          for entry in Int(offsets.base[row])..<Int(offsets.base[row + 1]) {
            sum &+= hash(inner.base[entry])
          }
          target[row] = hash(sum)
        }
        return
      }
      for row in 0..<count {
        var state = hash(UInt64(offsets.base[row + 1] &- offsets.base[row]))
        for element in Int(offsets.base[row])..<Int(offsets.base[row + 1]) {
          state = combine(state, inner.base[element])
        }
        target[row] = state
      }
    case .row(let fields):
      if fields.isEmpty { target.update(repeating: hash(0), count: count) }
      for (index, field) in fields.enumerated() {
        let own = Buffer<UInt64>(count: count)
        hashes(field, type.fieldType(index), count, own.base)
        for row in 0..<count {
          target[row] = index == 0 ? own.base[row] : combine(target[row], own.base[row])
        }
      }
    }
  }

  @inline(__always)
  private static func integers<Value: PhysicalValue & FixedWidthInteger>(
    _ values: Buffer<Value>,
    _ count: Int,
    _ target: UnsafeMutablePointer<UInt64>
  ) {
    let source = values.base
    for row in 0..<count {
      target[row] = hash(UInt64(truncatingIfNeeded: Int64(truncatingIfNeeded: source[row])))
    }
  }
}
