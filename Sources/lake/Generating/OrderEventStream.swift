/// A change of one order, as the mock source emits it.
struct OrderEvent {
  /// What happened to the item.
  enum Kind {
    case insert
    case modify
    case remove
  }

  /// The states an order passes on its way.
  enum Status: UInt8 {
    case created
    case paid
    case packed
    case shipped
    case delivered
    case cancelled
    case returned
  }

  /// Position in the stream, from one.
  var sequence: UInt64
  /// Milliseconds since 1970-01-01 UTC.
  var timeMillis: Int64
  var kind: Kind
  var order: Order
}

/// An order that is still changing.
///
/// Everything that never changes follows from its key.
struct Order {
  /// A number that looks random and is unique within a stream.
  var key: UInt64
  /// When it was inserted, milliseconds since 1970-01-01 UTC.
  var createdMillis: Int64
  var status: OrderEvent.Status
  /// How often it was changed, one for the insert.
  var revision: Int
}

/// The change events of a shop's orders in time order: inserts, then changes of the same keys.
///
/// One seed, one stream: event `i` does not depend on how fast or in what pieces it is asked for.
/// Memory is bounded by the number of orders under way at a time.
struct OrderEventStream {
  /// What makes a stream.
  struct Settings {
    /// How many events there are; nil never ends.
    var count: Int?
    var seed: UInt64
    /// Milliseconds since 1970-01-01 UTC of the first event's day.
    var startMillis: Int64
    /// Over how many days the events are spread, busy by day and quiet by night.
    var days: Int
    /// Events a second of an endless stream, whose time then runs evenly.
    var rate: Double?
  }

  private let settings: Settings
  private var random: SplitMix64
  private var emitted: UInt64 = 0
  private var created: UInt64 = 0
  /// Orders under way; a change picks one of them.
  private var open: [Order] = []

  /// More orders than this are never under way at once.
  private static let openCountMax = 20_000
  /// How busy each hour of a day is.
  private static let hourWeights: [Double] = [
    2, 1, 1, 1, 1, 2, 4, 7, 9, 10, 11, 12, 12, 11, 10, 10, 11, 12, 13, 14, 12, 9, 6, 3,
  ]
  /// The part of a day that has passed, in events, when each hour begins.
  private static let hourStarts: [Double] = {
    let total = hourWeights.reduce(0, +)
    var passed = 0.0
    return hourWeights.map { weight in
      defer { passed += weight / total }
      return passed
    } + [1]
  }()

  init(_ settings: Settings) {
    self.settings = settings
    random = SplitMix64(state: settings.seed &* 0x9E37_79B9_7F4A_7C15 &+ 1)
    open.reserveCapacity(OrderEventStream.openCountMax)
  }

  /// Whether the stream's second half, in which `--drift` changes the schema, has begun.
  var isPastMiddle: Bool {
    guard let count = settings.count else { return emitted > 100_000 }
    return emitted > UInt64(count) / 2
  }

  mutating func next() -> OrderEvent? {
    if let count = settings.count, emitted >= UInt64(count) { return nil }
    let time = timeMillis(of: emitted)
    emitted += 1
    let draw = random.next()
    // A bit over a third of the events are new orders, as orders take about three steps.
    let isNew =
      open.isEmpty
      || (open.count < OrderEventStream.openCountMax && draw & 0xFFFF < 23_000)
    if isNew {
      created += 1
      let order = Order(
        key: mixed(created &+ settings.seed &* 0xD134_2543_DE82_EF95),
        createdMillis: time,
        status: .created,
        revision: 1
      )
      open.append(order)
      return OrderEvent(sequence: emitted, timeMillis: time, kind: .insert, order: order)
    }
    let position = Int((draw &>> 16) % UInt64(open.count))
    return advance(position, time: time, draw: random.next())
  }

  private mutating func advance(_ position: Int, time: Int64, draw: UInt64) -> OrderEvent {
    var order = open[position]
    let chance = draw & 0xFF
    var kind = OrderEvent.Kind.modify
    var isClosed = false
    order.revision += 1
    switch order.status {
    case .created: order.status = chance < 24 ? .cancelled : .paid
    case .paid: order.status = chance < 10 ? .cancelled : chance < 130 ? .packed : .shipped
    case .packed: order.status = .shipped
    case .shipped: order.status = .delivered
    case .delivered:
      if chance < 160 {
        order.status = .returned
      } else {
        kind = .remove
      }
      isClosed = true
    case .cancelled, .returned:
      kind = .remove
      isClosed = true
    }
    // Most delivered and cancelled orders rest for good; a few are touched once more.
    if order.status == .delivered || order.status == .cancelled {
      isClosed = isClosed || (draw &>> 8) & 0xF != 0
    }
    if isClosed {
      open[position] = open[open.count - 1]
      open.removeLast()
    } else {
      open[position] = order
    }
    return OrderEvent(sequence: emitted, timeMillis: time, kind: kind, order: order)
  }

  /// When event `index` happens: strictly by its number, so that time never runs backwards.
  private func timeMillis(of index: UInt64) -> Int64 {
    guard let count = settings.count else {
      let perSecond = settings.rate ?? 1000
      return settings.startMillis + Int64(Double(index) * 1000 / perSecond)
    }
    let position = (Double(index) + 0.5) / Double(count) * Double(settings.days)
    let day = min(Int(position), settings.days - 1)
    let part = position - Double(day)
    let starts = OrderEventStream.hourStarts
    var hour = 0
    while hour < 23 && part >= starts[hour + 1] { hour += 1 }
    let within = (part - starts[hour]) / (starts[hour + 1] - starts[hour])
    let millis = min(Int64(within * 3_600_000), 3_599_999)
    return settings.startMillis + Int64(day) * 86_400_000 + Int64(hour) * 3_600_000 + millis
  }
}

/// A small generator of 64 random bits a step (Steele, Lea & Flood, OOPSLA 2014).
struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return mixed(state)
  }
}

/// SplitMix64's finalizer: a one-to-one map in which every input bit stirs every output bit.
@inline(__always)
func mixed(_ value: UInt64) -> UInt64 {
  var z = value
  z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z &>> 31)
}
