/// The least and the greatest of some views, by their bytes.
struct ByteExtremes {
  private var low: ByteView?
  private var high: ByteView?
  private var lowPrefix = UInt32.max
  private var highPrefix: UInt32 = 0

  /// Takes a view into account.
  @inline(__always)
  mutating func include(_ view: ByteView) {
    // Most values lie between the bounds by their first four bytes.
    let prefix = UInt32(truncatingIfNeeded: view.head &>> 32).byteSwapped
    if prefix > lowPrefix && prefix < highPrefix { return }
    compare(view, prefix)
  }

  private mutating func compare(_ view: ByteView, _ prefix: UInt32) {
    if let known = low {
      if ByteView.compare(view, known) < 0 { (low, lowPrefix) = (view, prefix) }
    } else {
      (low, lowPrefix) = (view, prefix)
    }
    if let known = high {
      if ByteView.compare(view, known) > 0 { (high, highPrefix) = (view, prefix) }
    } else {
      (high, highPrefix) = (view, prefix)
    }
  }

  /// The bounds of all that were taken in.
  var bounds: ValueBounds {
    guard let low, let high else { return .none }
    return .bytes(low, high)
  }
}
