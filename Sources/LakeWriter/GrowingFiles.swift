import RowFormat
import Synchronization

/// How far growing files can be delivered: up to the end of their last whole record.
///
/// Remembers between calls how far it has looked, so that a long file is gone over once.
final class GrowingFiles: Sendable {
  private struct Known {
    /// Nil for records that end with their line.
    var format: RecordFormat?
    /// A place where a record begins.
    var place = 0
  }

  private let known = Mutex<[String: Known]>([:])
  private let format: RecordFormat?
  private let recordByteCountMax: Int

  init(_ settings: DeliverySettings) {
    format = settings.format
    recordByteCountMax = settings.decoding.recordByteCountMax
  }

  /// The file up to its last whole record; compressed ones as they are.
  func whole(_ identity: InputIdentity) throws(LakeWriterError) -> InputIdentity {
    let lines = try identity.wholeLines()
    if lines.isCompressed || lines.byteCount == 0 { return lines }
    let place: Int
    do throws(RowFormatError) {
      var file: Known
      if let before = known.withLock({ $0[identity.key] }) {
        file = before
      } else {
        file = try look(lines)
      }
      guard let format = file.format else {
        known.withLock { $0[identity.key] = file }
        return lines
      }
      if file.place > lines.byteCount { file.place = 0 }
      file.place = try WholeRecords.end(
        path: lines.path,
        from: file.place,
        to: lines.byteCount,
        format: format,
        recordByteCountMax: recordByteCountMax
      )
      known.withLock { [file] in $0[identity.key] = file }
      place = file.place
    } catch {
      throw LakeWriterError(.source("\(error)"), path: identity.path)
    }
    return try lines.cut(to: place)
  }

  /// Finds out how a file is written.
  private func look(_ identity: InputIdentity) throws(RowFormatError) -> Known {
    var found = format
    if found == nil {
      found = try RecordBlockReader(
        InputFile(path: identity.path, byteCountMax: identity.byteCount),
        format: nil
      ).format
    }
    guard case .csv? = found else { return Known() }
    return Known(format: found)
  }
}
