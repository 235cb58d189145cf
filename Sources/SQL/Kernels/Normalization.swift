/// Unicode's normalization forms.
///
/// Source: Unicode Standard Annex 15; Hangul as in the standard's section 3.12.
struct Normalization: Sendable {
  /// The four forms.
  enum Form: String, CaseIterable, Sendable {
    case nfd = "NFD"
    case nfc = "NFC"
    case nfkd = "NFKD"
    case nfkc = "NFKC"
  }

  static let standard = Normalization()

  private let canonical: [UInt32: [UInt32]]
  private let compatible: [UInt32: [UInt32]]
  private let classes: [UInt32: UInt8]
  /// What two code points make.
  private let compositions: [UInt64: UInt32]

  private static let hangulBase: UInt32 = 0xAC00
  private static let leadBase: UInt32 = 0x1100
  private static let vowelBase: UInt32 = 0x1161
  private static let tailBase: UInt32 = 0x11A7
  private static let hangulCount: UInt32 = 11_172
  private static let vowelCount: UInt32 = 21
  private static let tailCount: UInt32 = 28

  private init() {
    canonical = Normalization.mappings(NormalizationTables.canonical)
    compatible = Normalization.mappings(NormalizationTables.compatible)
    var classes: [UInt32: UInt8] = [:]
    for word in NormalizationTables.classes.split(separator: " ") {
      let parts = word.split { $0 == "=" || $0 == "-" }
      guard parts.count == 3, let first = UInt32(parts[0], radix: 16),
        let last = UInt32(parts[1], radix: 16), let value = UInt8(parts[2])
      else { continue }
      for code in first...last { classes[code] = value }
    }
    self.classes = classes
    let excluded = Set(
      NormalizationTables.exclusions.split(separator: " ").compactMap { UInt32($0, radix: 16) }
    )
    var compositions: [UInt64: UInt32] = [:]
    for (code, parts) in canonical where parts.count == 2 && !excluded.contains(code) {
      compositions[UInt64(parts[0]) << 32 | UInt64(parts[1])] = code
    }
    self.compositions = compositions
  }

  private static func mappings(_ table: String) -> [UInt32: [UInt32]] {
    var result: [UInt32: [UInt32]] = [:]
    for word in table.split(separator: " ") {
      let parts = word.split(separator: "=")
      guard parts.count == 2, let code = UInt32(parts[0], radix: 16) else { continue }
      result[code] = parts[1].split(separator: "+").compactMap { UInt32($0, radix: 16) }
    }
    return result
  }

  /// The text in a form.
  func normalized(_ text: String, _ form: Form) -> String {
    var codes: [UInt32] = []
    for scalar in text.unicodeScalars {
      decompose(scalar.value, form == .nfkd || form == .nfkc, into: &codes)
    }
    sortMarks(&codes)
    if form == .nfc || form == .nfkc { codes = composed(codes) }
    var result = String.UnicodeScalarView()
    result.append(contentsOf: codes.compactMap(Unicode.Scalar.init))
    return String(result)
  }

  private func decompose(_ code: UInt32, _ isCompatible: Bool, into codes: inout [UInt32]) {
    if code >= Normalization.hangulBase,
      code < Normalization.hangulBase + Normalization.hangulCount
    {
      let index = code - Normalization.hangulBase
      let tail = index % Normalization.tailCount
      let syllable = index / Normalization.tailCount
      codes.append(Normalization.leadBase + syllable / Normalization.vowelCount)
      codes.append(Normalization.vowelBase + syllable % Normalization.vowelCount)
      if tail > 0 { codes.append(Normalization.tailBase + tail) }
      return
    }
    guard let parts = canonical[code] ?? (isCompatible ? compatible[code] : nil) else {
      codes.append(code)
      return
    }
    for part in parts { decompose(part, isCompatible, into: &codes) }
  }

  /// Puts marks after a letter into the order of their classes; equal ones stay as they are.
  private func sortMarks(_ codes: inout [UInt32]) {
    var start = 0
    while start < codes.count {
      guard classes[codes[start]] != nil else {
        start += 1
        continue
      }
      var end = start
      while end < codes.count, classes[codes[end]] != nil { end += 1 }
      let marks = codes[start..<end].enumerated().sorted {
        let left = classes[$0.element] ?? 0
        let right = classes[$1.element] ?? 0
        return left < right || (left == right && $0.offset < $1.offset)
      }
      codes.replaceSubrange(start..<end, with: marks.map(\.element))
      start = end
    }
  }

  private func composed(_ codes: [UInt32]) -> [UInt32] {
    var result: [UInt32] = []
    var starter: Int?
    // The class of the mark before; a mark behind another of its class is blocked.
    var lastClass: UInt8?
    for code in codes {
      let own = classes[code] ?? 0
      let isBlocked = lastClass.map { $0 >= own } ?? false
      if let place = starter, !isBlocked, let both = composition(result[place], code) {
        result[place] = both
        continue
      }
      if own == 0 {
        starter = result.count
        lastClass = nil
      } else {
        lastClass = own
      }
      result.append(code)
    }
    return result
  }

  private func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
    let lead = first &- Normalization.leadBase
    let vowel = second &- Normalization.vowelBase
    if lead < 19, vowel < Normalization.vowelCount {
      return Normalization.hangulBase
        + (lead * Normalization.vowelCount + vowel) * Normalization.tailCount
    }
    let syllable = first &- Normalization.hangulBase
    let tail = second &- Normalization.tailBase
    if syllable < Normalization.hangulCount, syllable % Normalization.tailCount == 0,
      tail > 0, tail < Normalization.tailCount
    {
      return first + tail
    }
    return compositions[UInt64(first) << 32 | UInt64(second)]
  }
}
