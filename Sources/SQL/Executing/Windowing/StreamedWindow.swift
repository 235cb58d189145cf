import ColumnFormat

/// How the functions over a partition that does not fit in memory are computed piece by piece.
struct StreamedWindow: Sendable {
  /// How a function's values are found.
  enum Mode: Sendable, Equatable {
    /// From the row's place, and from how many rows there are.
    case place
    /// From all rows.
    case total
    /// From the partition's first or last row, or the first or last that is not null.
    case edge(isLast: Bool)
    /// From all rows up to the frame's end, by a state that is carried on.
    case running
    /// From rows around it: those of its frame, or so many before and after.
    case around
    /// From a few rows that are kept, and those from there on: the first ones of the partition, or the
    /// last ones before those in memory; all of them, or those that are not null.
    case kept(isFirst: Bool, onlyValid: Bool)
  }

  /// Aggregates whose state does not grow with the rows that it has seen.
  private static let running: Set<String> = [
    "count", "count_if", "sum", "avg", "min", "max", "bool_and", "bool_or", "every", "min_by",
    "max_by", "arbitrary", "any_value", "stddev", "stddev_pop", "stddev_samp", "variance",
    "var_pop",
    "var_samp", "skewness", "kurtosis", "corr", "covar_pop", "covar_samp", "regr_slope",
    "regr_intercept", "geometric_mean", "bitwise_and_agg", "bitwise_or_agg", "bitwise_xor_agg",
    "checksum", "approx_distinct",
  ]

  /// The order in which the rows come: the window's, or the reverse of it.
  var order: RowOrder
  /// The functions, turned round where the order is.
  var calls: [WindowComputation.Call]
  var modes: [Mode]

  /// Nil where some function needs all rows in memory.
  init?(_ calls: [WindowComputation.Call], _ order: RowOrder) {
    let isOrdered = !order.keys.isEmpty
    if let modes = StreamedWindow.modes(calls, isOrdered: isOrdered) {
      self.order = order
      self.calls = calls
      self.modes = modes
      return
    }
    // What needs the rows after its own is found on the way back.
    var turned: [WindowComputation.Call] = []
    for call in calls {
      guard let other = StreamedWindow.turned(call) else { return nil }
      turned.append(other)
    }
    guard let modes = StreamedWindow.modes(turned, isOrdered: isOrdered) else { return nil }
    self.order = RowOrder(
      keys: order.keys.map { key in
        RowOrder.Key(
          column: key.column,
          isDescending: !key.isDescending,
          nullsFirst: !key.nullsFirst
        )
      }
    )
    self.calls = turned
    self.modes = modes
  }

  private static func modes(_ calls: [WindowComputation.Call], isOrdered: Bool) -> [Mode]? {
    var modes: [Mode] = []
    for call in calls {
      guard let mode = mode(call, isOrdered: isOrdered) else { return nil }
      modes.append(mode)
    }
    return modes
  }

  private static func mode(_ call: WindowComputation.Call, isOrdered: Bool) -> Mode? {
    let reach = FrameReach(call.frame, isOrdered: isOrdered)
    switch call.function {
    case .aggregate(let function):
      switch reach {
      case .whole: return .total
      case .fromFirst: return running.contains(function.name) ? .running : nil
      case .bounded: return .around
      case .other: return nil
      }
    case .ranking(let name, _):
      switch name {
      case "row_number", "ntile": return .place
      // Without an order all rows are peers, whom no piece has together.
      case "rank", "dense_rank", "percent_rank", "cume_dist": return isOrdered ? .place : nil
      case "lag": return call.ignoresNulls ? .kept(isFirst: false, onlyValid: true) : .around
      case "lead": return call.ignoresNulls ? nil : .around
      case "first_value", "last_value":
        let isLast = name == "last_value"
        switch reach {
        case .whole: return .edge(isLast: isLast)
        case .fromFirst where isLast && !call.ignoresNulls: return .around
        case .fromFirst: return .kept(isFirst: !isLast, onlyValid: call.ignoresNulls)
        case .bounded: return .around
        case .other: return nil
        }
      case "nth_value":
        switch reach {
        case .fromFirst: return .kept(isFirst: true, onlyValid: call.ignoresNulls)
        case .bounded: return .around
        case .whole, .other: return nil
        }
      default: return nil
      }
    }
  }

  /// The call that gives the same over rows in reverse; nil where there is none.
  private static func turned(_ call: WindowComputation.Call) -> WindowComputation.Call? {
    var other = call
    other.frame.start = turned(call.frame.end)
    other.frame.end = turned(call.frame.start)
    guard case .ranking(let name, let type) = call.function else { return other }
    let names = [
      "lag": "lead", "lead": "lag", "first_value": "last_value", "last_value": "first_value",
    ]
    guard let turnedName = names[name] else { return nil }
    other.function = .ranking(name: turnedName, resultType: type)
    return other
  }

  private static func turned(_ bound: WindowFrameBounds.Bound) -> WindowFrameBounds.Bound {
    switch bound {
    case .unboundedPreceding: .unboundedFollowing
    case .unboundedFollowing: .unboundedPreceding
    case .preceding(let offset): .following(offset)
    case .following(let offset): .preceding(offset)
    case .currentRow: .currentRow
    case .counted(let argument, let isFollowing):
      .counted(argument: argument, isFollowing: !isFollowing)
    case .valued(let argument, let key, let type, let isFollowing):
      .valued(argument: argument, key: key, type, isFollowing: !isFollowing)
    }
  }
}

/// How far a frame goes.
enum FrameReach {
  case whole
  /// From the partition's first row to some row around the current one.
  case fromFirst
  /// From one row around the current one to another.
  case bounded
  case other

  init(_ frame: WindowFrameBounds, isOrdered: Bool) {
    var fromFirst = false
    var toLast = false
    if case .unboundedPreceding = frame.start { fromFirst = true }
    if case .unboundedFollowing = frame.end { toLast = true }
    if !isOrdered && frame.unit != .rows {
      // All rows are peers.
      if case .currentRow = frame.start { fromFirst = true }
      if case .currentRow = frame.end { toLast = true }
      self = fromFirst && toLast ? .whole : .other
      return
    }
    switch (fromFirst, toLast) {
    case (true, true): self = .whole
    case (true, false): self = .fromFirst
    case (false, false): self = .bounded
    case (false, true): self = .other
    }
  }
}
