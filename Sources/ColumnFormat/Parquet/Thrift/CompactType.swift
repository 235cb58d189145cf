/// The types of the Thrift compact protocol, as they stand in field and list headers.
///
/// thrift/doc/specs/thrift-compact-protocol.md, "Struct encoding".
package enum CompactType: UInt8, Sendable {
  /// Ends a struct.
  case stop = 0
  /// A boolean field whose value is in its header.
  case booleanTrue = 1
  /// A boolean field whose value is in its header.
  case booleanFalse = 2
  /// One byte.
  case byte = 3
  /// Zigzag varint.
  case int16 = 4
  /// Zigzag varint.
  case int32 = 5
  /// Zigzag varint.
  case int64 = 6
  /// Eight bytes, little-endian.
  case double = 7
  /// Varint length and bytes.
  case binary = 8
  /// Header and elements.
  case list = 9
  /// Header and elements.
  case set = 10
  /// Varint count, key and value types, pairs.
  case map = 11
  /// Fields up to a stop.
  case structure = 12
  /// Sixteen bytes.
  case uuid = 13
}

/// The header of a field: its number and the type of what follows.
package struct CompactField: Sendable {
  /// The number that the definition gives the field.
  package let id: Int
  /// The type of the value.
  package let type: CompactType
}
