/// What stands before the blocks of a bloom filter; parquet.thrift, same name.
package struct BloomFilterHeader: Sendable, Hashable {
  /// The size of the blocks.
  package var byteCount: Int

  /// A header of a split-block filter with XXH64 and without compression, the only kind there is.
  package init(byteCount: Int) { self.byteCount = byteCount }

  /// Reads the struct.
  ///
  /// - Throws: ``DecodingFailure``, also when algorithm, hash or compression are of a later kind.
  package init(from reader: inout CompactReader) throws(DecodingFailure) {
    byteCount = -1
    var last = 0
    var choices = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: byteCount = try reader.readCount(field)
      case 2, 3, 4:
        try reader.expectStruct(field)
        var lastChoice = 0
        while let choice = try reader.nextField(after: &lastChoice) {
          guard choice.id == 1 else {
            throw .unsupported("a bloom filter is of an unknown kind")
          }
          choices |= 1 << field.id
          try reader.skip(choice)
        }
      default: try reader.skip(field)
      }
    }
    guard byteCount >= 0, choices == 0b11100 else {
      throw DecodingFailure("a bloom filter's header lacks its size or kind")
    }
  }

  /// Writes the struct.
  package func write(to writer: inout CompactWriter) {
    writer.beginStruct()
    writer.write(1, int32: byteCount)
    for field in 2...4 {
      writer.beginStruct(field)
      writer.writeEmptyStruct(1)
      writer.endStruct()
    }
    writer.endStruct()
  }
}
