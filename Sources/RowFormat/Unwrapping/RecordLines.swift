/// Several records in one piece of text.
package enum RecordLines {
  /// Each JSON document of a text on a line of its own, with a line end.
  ///
  /// - Parameter bytes: Documents one after the other, with or without line ends between them.
  /// - Returns: The lines; what is no JSON goes up to the end of its line.
  package static func split(_ bytes: [UInt8]) -> [[UInt8]] {
    var splitting = DocumentSplitting(opensArrays: false)
    var output: [UInt8] = []
    bytes.withUnsafeBytes { splitting.take($0, into: &output) }
    splitting.finish(into: &output)
    return output.split(separator: 0x0A).map { Array($0) + [0x0A] }
  }
}
