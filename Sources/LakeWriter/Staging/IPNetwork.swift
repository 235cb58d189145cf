#if canImport(Glibc)
  import Glibc
#endif

/// A network in CIDR notation (RFC 4632): `10.0.0.0/24`, `2001:db8::/32`.
struct IPNetwork: Sendable, Equatable {
  private let address: [UInt8]
  private let bitCount: Int

  /// Reads a network; nil for anything else.
  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let bits = Int(parts[1]), bits >= 0,
      let address = IPNetwork.bytes(String(parts[0])), bits <= address.count * 8
    else { return nil }
    self.address = address
    bitCount = bits
  }

  /// Whether an address lies in the network; false for what is no address.
  func contains(_ text: String) -> Bool {
    guard let other = IPNetwork.bytes(text), other.count == address.count else { return false }
    let whole = bitCount / 8
    if address[..<whole] != other[..<whole] { return false }
    let rest = bitCount % 8
    return rest == 0 || (address[whole] ^ other[whole]) >> UInt8(8 - rest) == 0
  }

  private static func bytes(_ text: String) -> [UInt8]? {
    for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
      var bytes = [UInt8](repeating: 0, count: count)
      if inet_pton(family, text, &bytes) == 1 { return bytes }
    }
    return nil
  }
}
