/// The stem of an English word by the Snowball project's "english" algorithm, Porter2.
///
/// Source: the algorithm's description at snowballstem.org/algorithms/english/stemmer.html. Words
/// are lower case ASCII letters and apostrophes; `Y` marks a consonant y.
struct EnglishStemmer {
  private var word: [UInt8]
  /// Where the regions R1 and R2 begin.
  private var r1 = 0
  private var r2 = 0

  /// The stem of a lower case word.
  static func stem(_ word: [UInt8]) -> [UInt8] {
    if word.count <= 2 { return word }
    if let known = exceptions[text(word)] { return Array(known.utf8) }
    var stemmer = EnglishStemmer(word: word)
    return stemmer.run()
  }

  private init(word: [UInt8]) { self.word = word }

  private static func text(_ word: some Sequence<UInt8>) -> String {
    String(decoding: Array(word), as: UTF8.self)
  }

  private static let exceptions: [String: String] = [
    "skis": "ski", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie",
    "idly": "idl", "gently": "gentl", "ugly": "ugli", "early": "earli", "only": "onli",
    "singly": "singl", "sky": "sky", "news": "news", "howe": "howe", "atlas": "atlas",
    "cosmos": "cosmos", "bias": "bias", "andes": "andes",
  ]
  private static let finished: Set<String> = [
    "inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed",
  ]
  private static let doubles: Set<String> = ["bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt"]

  // MARK: Letters

  private func isVowel(_ index: Int) -> Bool {
    switch word[index] {
    case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"),
      UInt8(ascii: "u"), UInt8(ascii: "y"):
      true
    default: false
    }
  }

  private func hasVowel(before end: Int) -> Bool { (0..<max(end, 0)).contains(where: isVowel) }

  private func ends(_ suffix: String) -> Bool { word.ends(with: Array(suffix.utf8)) }

  private mutating func replace(_ suffix: String, _ other: String) {
    word.removeLast(suffix.utf8.count)
    word += Array(other.utf8)
  }

  /// The longest of the suffixes that the word ends with.
  private func longest(_ suffixes: [String]) -> String? {
    suffixes.filter(ends).max { $0.utf8.count < $1.utf8.count }
  }

  private func isInR1(_ suffix: String) -> Bool { word.count - suffix.utf8.count >= r1 }

  private func isInR2(_ suffix: String) -> Bool { word.count - suffix.utf8.count >= r2 }

  /// Whether what is before `end` ends in a short syllable.
  private func endsShort(_ end: Int) -> Bool {
    if end == 2 { return isVowel(0) && !isVowel(1) }
    guard end >= 3 else { return false }
    let last = word[end - 1]
    let isOpen = last == UInt8(ascii: "w") || last == UInt8(ascii: "x") || last == UInt8(ascii: "Y")
    return !isVowel(end - 3) && isVowel(end - 2) && !isVowel(end - 1) && !isOpen
  }

  private var isShort: Bool { r1 >= word.count && endsShort(word.count) }

  private func region(from start: Int) -> Int {
    var index = start
    while index + 1 < word.count {
      if isVowel(index) && !isVowel(index + 1) { return index + 2 }
      index += 1
    }
    return word.count
  }

  // MARK: Steps

  private mutating func run() -> [UInt8] {
    if word.first == UInt8(ascii: "'") { word.removeFirst() }
    markConsonants()
    let prefix = ["gener", "commun", "arsen"].first { word.starts(with: Array($0.utf8)) }
    r1 = prefix?.utf8.count ?? region(from: 0)
    r2 = region(from: r1)
    if let suffix = longest(["'", "'s", "'s'"]) { replace(suffix, "") }
    plural()
    if EnglishStemmer.finished.contains(EnglishStemmer.text(word)) { return word }
    past()
    finalY()
    longSuffixes()
    middleSuffixes()
    shortSuffixes()
    finalLetters()
    return word.map { $0 == UInt8(ascii: "Y") ? UInt8(ascii: "y") : $0 }
  }

  private mutating func markConsonants() {
    for index in word.indices where word[index] == UInt8(ascii: "y") {
      if index == 0 || isVowel(index - 1) { word[index] = UInt8(ascii: "Y") }
    }
  }

  /// Step 1a.
  private mutating func plural() {
    switch longest(["sses", "ied", "ies", "us", "ss", "s"]) {
    case "sses": replace("sses", "ss")
    case let suffix? where suffix == "ied" || suffix == "ies":
      replace(suffix, word.count > 4 ? "i" : "ie")
    case "s":
      if hasVowel(before: word.count - 2) { replace("s", "") }
    default: break
    }
  }

  /// Step 1b.
  private mutating func past() {
    guard let suffix = longest(["eed", "eedly", "ed", "edly", "ing", "ingly"]) else { return }
    if suffix.hasPrefix("eed") {
      if isInR1(suffix) { replace(suffix, "ee") }
      return
    }
    guard hasVowel(before: word.count - suffix.utf8.count) else { return }
    replace(suffix, "")
    if ends("at") || ends("bl") || ends("iz") {
      word.append(UInt8(ascii: "e"))
    } else if EnglishStemmer.doubles.contains(EnglishStemmer.text(word.suffix(2))) {
      word.removeLast()
    } else if isShort {
      word.append(UInt8(ascii: "e"))
    }
  }

  /// Step 1c.
  private mutating func finalY() {
    guard word.count > 2, ends("y") || ends("Y"), !isVowel(word.count - 2) else { return }
    word[word.count - 1] = UInt8(ascii: "i")
  }

  private static let step2: [(String, String)] = [
    ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("abli", "able"), ("entli", "ent"),
    ("izer", "ize"), ("ization", "ize"), ("ational", "ate"), ("ation", "ate"), ("ator", "ate"),
    ("alism", "al"), ("aliti", "al"), ("alli", "al"), ("fulness", "ful"), ("ousli", "ous"),
    ("ousness", "ous"), ("iveness", "ive"), ("iviti", "ive"), ("biliti", "ble"), ("bli", "ble"),
    ("fulli", "ful"), ("lessli", "less"), ("ogi", "og"), ("li", ""),
  ]

  private mutating func longSuffixes() {
    guard let suffix = longest(EnglishStemmer.step2.map(\.0)), isInR1(suffix),
      let other = EnglishStemmer.step2.first(where: { $0.0 == suffix })?.1
    else { return }
    let before = word.dropLast(suffix.utf8.count).last
    if suffix == "ogi" && before != UInt8(ascii: "l") { return }
    if suffix == "li", !(before.map { Array("cdeghkmnrt".utf8).contains($0) } ?? false) { return }
    replace(suffix, other)
  }

  private static let step3: [(String, String)] = [
    ("tional", "tion"), ("ational", "ate"), ("alize", "al"), ("icate", "ic"), ("iciti", "ic"),
    ("ical", "ic"), ("ful", ""), ("ness", ""), ("ative", ""),
  ]

  private mutating func middleSuffixes() {
    guard let suffix = longest(EnglishStemmer.step3.map(\.0)), isInR1(suffix),
      let other = EnglishStemmer.step3.first(where: { $0.0 == suffix })?.1
    else { return }
    if suffix == "ative" && !isInR2(suffix) { return }
    replace(suffix, other)
  }

  private mutating func shortSuffixes() {
    let suffixes = [
      "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ism", "ate",
      "iti", "ous", "ive", "ize", "ion",
    ]
    guard let suffix = longest(suffixes), isInR2(suffix) else { return }
    if suffix == "ion" {
      let before = word.dropLast(3).last
      guard before == UInt8(ascii: "s") || before == UInt8(ascii: "t") else { return }
    }
    replace(suffix, "")
  }

  /// Step 5.
  private mutating func finalLetters() {
    if ends("e") {
      if isInR2("e") || (isInR1("e") && !endsShort(word.count - 1)) { word.removeLast() }
    } else if ends("ll") && isInR2("l") {
      word.removeLast()
    }
  }
}

extension [UInt8] {
  /// Whether the bytes end with others.
  func ends(with suffix: [UInt8]) -> Bool {
    count >= suffix.count && self[(count - suffix.count)...].elementsEqual(suffix)
  }
}
