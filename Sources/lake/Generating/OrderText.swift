/// Writes order events as lines of JSON: plain objects, or DynamoDB stream records.
///
/// All attributes of an order follow from its key, so that every change of it repeats them.
struct OrderText {
  enum Shape {
    case json
    case dynamodb
  }

  var shape: Shape
  /// Whether the schema changes in the stream's second half: a field is added at both levels, store
  /// numbers become text, weights get fractions, and `channel` is no longer sent.
  var drifts: Bool

  func write(_ event: OrderEvent, isPastMiddle: Bool, to text: inout TextBuffer) {
    let isDrifted = drifts && isPastMiddle
    switch shape {
    case .json: writePlain(event, isDrifted, &text)
    case .dynamodb: writeStreamRecord(event, isDrifted, &text)
    }
    text.put(byte: 10)
    text.endRecord()
  }

  // MARK: What an order consists of

  private struct Line {
    var sku: UInt64
    var quantity: UInt64
    var priceCents: UInt64
  }

  private static let channels: [StaticString] = ["web", "app", "store", "phone"]
  private static let currencies: [StaticString] = ["EUR", "USD", "GBP", "SEK"]
  private static let categories: [StaticString] = [
    "books", "garden", "toys", "sports", "fashion", "beauty", "grocery", "electronics", "music",
    "tools",
  ]
  private static let cities: [StaticString] = [
    "Berlin", "Paris", "London", "Austin", "Göteborg", "Sevilla", "Milano", "Utrecht",
  ]
  private static let countries: [StaticString] = [
    "DE", "FR", "GB", "US", "SE", "ES", "IT", "NL",
  ]
  private static let statuses: [StaticString] = [
    "created", "paid", "packed", "shipped", "delivered", "cancelled", "returned",
  ]
  private static let tiers: [StaticString] = ["bronze", "silver", "gold"]

  private func lineCount(_ bits: UInt64) -> Int {
    let draw = bits & 0xFF
    return draw < 140 ? 1 : draw < 200 ? 2 : draw < 232 ? 3 : draw < 248 ? 4 : 5
  }

  private func line(_ key: UInt64, _ index: Int) -> Line {
    let bits = mixed(key &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15)
    // The square of a uniform number: few articles sell often, many seldom.
    let popularity = (bits &>> 40) & 0xFFFF
    return Line(
      sku: (popularity &* popularity &* 20_000) &>> 32,
      quantity: 1 &+ bits & 3,
      priceCents: 199 &+ (bits &>> 8) % 19_800
    )
  }

  // MARK: Plain JSON

  private func writePlain(_ event: OrderEvent, _ isDrifted: Bool, _ text: inout TextBuffer) {
    let order = event.order
    text.put("{\"event\":\"")
    text.put(kindName(event.kind))
    text.put("\",\"sequence\":")
    text.put(event.sequence)
    text.put(",\"order_id\":\"")
    text.put(hex: order.key)
    text.put("\"")
    if event.kind != .remove {
      let bits = mixed(order.key ^ 0x5851_F42D_4C95_7F2D)
      let store = bits % 200
      text.put(",\"customer_id\":")
      text.put((bits &>> 20) % 400_000)
      if isDrifted {
        text.put(",\"store_id\":\"S-")
        text.put(store)
        text.put("\"")
      } else {
        text.put(",\"store_id\":")
        text.put(store)
        text.put(",\"channel\":\"")
        text.put(OrderText.channels[Int((bits &>> 10) & 3)])
        text.put("\"")
      }
      text.put(",\"status\":\"")
      text.put(OrderText.statuses[Int(order.status.rawValue)])
      text.put("\",\"currency\":\"")
      text.put(OrderText.currencies[Int(store & 3)])
      text.put("\",\"category\":\"")
      text.put(OrderText.categories[Int((bits &>> 44) % 10)])
      text.put("\",\"lines\":[")
      var cents: UInt64 = 0
      var pieces: UInt64 = 0
      for index in 0..<lineCount(bits &>> 52) {
        let line = line(order.key, index)
        if index > 0 { text.put(byte: 44) }
        text.put("{\"sku\":\"SKU-")
        text.put(line.sku, digits: 5)
        text.put("\",\"quantity\":")
        text.put(line.quantity)
        text.put(",\"unit_price\":")
        putAmount(line.priceCents, &text)
        if isDrifted { text.put(index == 0 ? ",\"discounted\":true" : ",\"discounted\":false") }
        text.put("}")
        cents &+= line.quantity &* line.priceCents
        pieces &+= line.quantity
      }
      text.put("],\"quantity\":")
      text.put(pieces)
      text.put(",\"amount\":")
      putAmount(cents, &text)
      text.put(",\"weight_kg\":")
      text.put(pieces)
      if isDrifted { text.put(".25") }
      text.put(",\"gift\":")
      text.put(bits & 0xF00 == 0 ? "true" : "false")
      text.put(",\"ship_to\":{\"city\":\"")
      text.put(OrderText.cities[Int(store & 7)])
      text.put("\",\"country\":\"")
      text.put(OrderText.countries[Int(store & 7)])
      text.put("\"},\"note\":")
      if (bits &>> 32) & 0x1F == 0 {
        text.put("\"please ring twice, door ")
        text.put((bits &>> 37) % 400)
        text.put("\"")
      } else {
        text.put("null")
      }
      if isDrifted {
        text.put(",\"loyalty_tier\":\"")
        text.put(OrderText.tiers[Int((bits &>> 48) % 3)])
        text.put("\"")
      }
      text.put(",\"revision\":")
      text.put(UInt64(order.revision))
      text.put(",\"created_at\":\"")
      text.put(isoMillis: order.createdMillis)
      text.put("\"")
    }
    text.put(",\"updated_at\":\"")
    text.put(isoMillis: event.timeMillis)
    text.put("\"}")
  }

  // MARK: DynamoDB stream records

  private func writeStreamRecord(
    _ event: OrderEvent,
    _ isDrifted: Bool,
    _ text: inout TextBuffer
  ) {
    let order = event.order
    text.put("{\"eventID\":\"")
    text.put(hex: mixed(event.sequence ^ order.key))
    text.put(hex: mixed(event.sequence &+ order.key))
    text.put("\",\"eventName\":\"")
    text.put(kindName(event.kind))
    text.put(
      "\",\"eventVersion\":\"1.1\",\"eventSource\":\"aws:dynamodb\",\"awsRegion\":\"eu-central-1\","
    )
    text.put("\"dynamodb\":{\"ApproximateCreationDateTime\":")
    text.put(UInt64(event.timeMillis / 1000))
    text.put(",\"Keys\":{\"order_id\":{\"S\":\"")
    text.put(hex: order.key)
    text.put("\"}},")
    if event.kind != .remove { writeImage(event, isDrifted, &text) }
    text.put("\"SequenceNumber\":\"")
    text.put(event.sequence, digits: 21)
    text.put("\",\"SizeBytes\":")
    text.put(event.kind == .remove ? 24 : 400 &+ order.key & 0xFF)
    text.put(",\"StreamViewType\":\"NEW_IMAGE\"}}")
  }

  private func writeImage(_ event: OrderEvent, _ isDrifted: Bool, _ text: inout TextBuffer) {
    let order = event.order
    let bits = mixed(order.key ^ 0x5851_F42D_4C95_7F2D)
    let store = bits % 200
    text.put("\"NewImage\":{\"order_id\":{\"S\":\"")
    text.put(hex: order.key)
    text.put("\"},\"customer_id\":{\"N\":\"")
    text.put((bits &>> 20) % 400_000)
    if isDrifted {
      text.put("\"},\"store_id\":{\"S\":\"S-")
      text.put(store)
    } else {
      text.put("\"},\"store_id\":{\"N\":\"")
      text.put(store)
      text.put("\"},\"channel\":{\"S\":\"")
      text.put(OrderText.channels[Int((bits &>> 10) & 3)])
    }
    text.put("\"},\"status\":{\"S\":\"")
    text.put(OrderText.statuses[Int(order.status.rawValue)])
    text.put("\"},\"currency\":{\"S\":\"")
    text.put(OrderText.currencies[Int(store & 3)])
    text.put("\"},\"category\":{\"S\":\"")
    text.put(OrderText.categories[Int((bits &>> 44) % 10)])
    text.put("\"},\"lines\":{\"L\":[")
    var cents: UInt64 = 0
    var pieces: UInt64 = 0
    for index in 0..<lineCount(bits &>> 52) {
      let line = line(order.key, index)
      if index > 0 { text.put(byte: 44) }
      text.put("{\"M\":{\"sku\":{\"S\":\"SKU-")
      text.put(line.sku, digits: 5)
      text.put("\"},\"quantity\":{\"N\":\"")
      text.put(line.quantity)
      text.put("\"},\"unit_price\":{\"N\":\"")
      putTrimmed(line.priceCents, &text)
      text.put("\"}")
      if isDrifted {
        text.put(
          index == 0
            ? ",\"discounted\":{\"BOOL\":true}" : ",\"discounted\":{\"BOOL\":false}"
        )
      }
      text.put("}}")
      cents &+= line.quantity &* line.priceCents
      pieces &+= line.quantity
    }
    text.put("]},\"quantity\":{\"N\":\"")
    text.put(pieces)
    text.put("\"},\"amount\":{\"N\":\"")
    putTrimmed(cents, &text)
    text.put("\"},\"weight_kg\":{\"N\":\"")
    text.put(pieces)
    if isDrifted { text.put(".25") }
    text.put("\"},\"gift\":{\"BOOL\":")
    text.put(bits & 0xF00 == 0 ? "true" : "false")
    text.put("},\"ship_to\":{\"M\":{\"city\":{\"S\":\"")
    text.put(OrderText.cities[Int(store & 7)])
    text.put("\"},\"country\":{\"S\":\"")
    text.put(OrderText.countries[Int(store & 7)])
    text.put("\"}}}")
    if (bits &>> 32) & 0x1F == 0 {
      text.put(",\"note\":{\"S\":\"please ring twice, door ")
      text.put((bits &>> 37) % 400)
      text.put("\"}")
    } else {
      text.put(",\"note\":{\"NULL\":true}")
    }
    if isDrifted {
      text.put(",\"loyalty_tier\":{\"S\":\"")
      text.put(OrderText.tiers[Int((bits &>> 48) % 3)])
      text.put("\"}")
    }
    text.put(",\"revision\":{\"N\":\"")
    text.put(UInt64(order.revision))
    text.put("\"},\"created_at\":{\"S\":\"")
    text.put(isoMillis: order.createdMillis)
    text.put("\"},\"updated_at\":{\"S\":\"")
    text.put(isoMillis: event.timeMillis)
    text.put("\"}},")
  }

  // MARK: Pieces of text

  private func kindName(_ kind: OrderEvent.Kind) -> StaticString {
    switch kind {
    case .insert: "INSERT"
    case .modify: "MODIFY"
    case .remove: "REMOVE"
    }
  }

  /// Euros and cents with two digits after the point: `19.90`.
  private func putAmount(_ cents: UInt64, _ text: inout TextBuffer) {
    text.put(cents / 100)
    text.put(byte: 46)
    text.put(cents % 100, digits: 2)
  }

  /// As DynamoDB stores numbers, without trailing zeros: `19.9`, `20`.
  private func putTrimmed(_ cents: UInt64, _ text: inout TextBuffer) {
    text.put(cents / 100)
    let rest = cents % 100
    if rest == 0 { return }
    text.put(byte: 46)
    if rest % 10 == 0 { text.put(rest / 10) } else { text.put(rest, digits: 2) }
  }
}
