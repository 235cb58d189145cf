import Testing

@testable import RowFormat

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct CarriedZonesTests {
  private func zone(_ name: String) throws -> TimeZoneFile {
    let bytes = try #require(CarriedZones.contents(name))
    return try #require(TimeZoneFile(bytes: bytes))
  }

  @Test func `a carried zone knows summer time`() throws {
    let berlin = try zone("Europe/Berlin")
    // 2026-01-15 and 2026-07-15, noon.
    #expect(berlin.offsetSeconds(utcSeconds: 1_768_478_400) == 3_600)
    #expect(berlin.offsetSeconds(utcSeconds: 1_784_116_800) == 7_200)
    // 1945-07-03: the double summer time of that year.
    #expect(berlin.offsetSeconds(utcSeconds: -773_107_200) == 10_800)
  }

  @Test func `a zone has all its names`() throws {
    #expect(CarriedZones.contents("Asia/Calcutta") == CarriedZones.contents("Asia/Kolkata"))
    #expect(try zone("Asia/Kolkata").offsetSeconds(utcSeconds: 0) == 19_800)
  }

  @Test func `a zone that does not exist is none`() {
    #expect(CarriedZones.contents("Europe/Atlantis") == nil)
    #expect(CarriedZones.contents("") == nil)
  }

  @Test(
    .enabled(if: access("/usr/share/zoneinfo/UTC", R_OK) == 0, "the system has no zones"),
    arguments: [
      "America/New_York", "America/Sao_Paulo", "Asia/Tokyo", "Australia/Lord_Howe",
      "Africa/Casablanca", "Europe/Dublin", "Pacific/Apia", "Antarctica/Troll", "Etc/GMT+5",
    ]
  )
  func `carried zones agree with the system's`(_ name: String) throws {
    let system = try #require(TimeZoneFile(name: name))
    let carried = try zone(name)
    // Every ten days from 1902 to 2100.
    for seconds in stride(from: Int64(-2_145_916_800), to: 4_102_444_800, by: 864_000) {
      #expect(
        system.offsetSeconds(utcSeconds: seconds) == carried.offsetSeconds(utcSeconds: seconds)
      )
    }
  }
}
