/// Some rows as columns of equal length: what readers, operators and writers hand to each other.
public struct Batch: Sendable {
  /// How many rows a reader puts into a batch: small enough for a few columns to stay in L2.
  public static let rowCountTarget = 2048

  /// The columns, in the order of the schema they belong to.
  public var columns: [Column]
  /// The number of rows; there may be rows without columns (`count(*)`).
  public let rowCount: Int

  /// A batch of `rowCount` rows.
  public init(columns: [Column], rowCount: Int) {
    assert(columns.allSatisfy { $0.count == rowCount })
    self.columns = columns
    self.rowCount = rowCount
  }

  /// The rows of `range`.
  public func slice(_ range: Range<Int>) -> Batch {
    range.count == rowCount
      ? self : Batch(columns: columns.map { $0.slice(range) }, rowCount: range.count)
  }

  /// The rows at `indices`, in that order.
  public func taking(_ indices: Buffer<UInt32>) -> Batch {
    Batch(columns: columns.map { $0.taking(indices) }, rowCount: indices.count)
  }

  /// The rows that a selection left.
  public func taking(_ selection: Selection) -> Batch {
    selection.count == rowCount ? self : taking(selection.indices)
  }

  /// The rows of all batches one after the other.
  public static func concatenate(_ batches: [Batch]) -> Batch {
    precondition(!batches.isEmpty, "nothing to concatenate")
    if batches.count == 1 { return batches[0] }
    let columns = batches[0].columns.indices.map { index in
      Column.concatenate(batches.map { $0.columns[index] })
    }
    return Batch(columns: columns, rowCount: batches.reduce(0) { $0 + $1.rowCount })
  }
}

/// The rows of a batch that passed a filter, in ascending order.
public struct Selection: Sendable {
  /// Row numbers within the batch.
  public let indices: Buffer<UInt32>

  /// A selection of the rows at `indices`.
  public init(indices: Buffer<UInt32>) { self.indices = indices }

  /// The rows whose byte is one and which are valid: SQL's "true", not "false or null".
  public init(whereTrue bytes: UnsafePointer<UInt8>, validity: Validity?, count: Int) {
    let indices = Buffer<UInt32>(count: count)
    let target = indices.base
    var selected = 0
    if let validity {
      for row in 0..<count {
        target[selected] = UInt32(truncatingIfNeeded: row)
        let keep = (bytes[row] & 1) & UInt8(truncatingIfNeeded: validity.isValid(row) ? 1 : 0)
        selected &+= Int(keep)
      }
    } else {
      for row in 0..<count {
        target[selected] = UInt32(truncatingIfNeeded: row)
        selected &+= Int(bytes[row] & 1)
      }
    }
    self.init(indices: indices.slice(0..<selected))
  }

  /// The number of selected rows.
  public var count: Int { indices.count }
}
