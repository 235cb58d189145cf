import ColumnFormat
import RowFormat
import Testing

/// Numbers of up to 18 digits have a way of their own into columns of whole numbers and decimals.
@Suite struct ShortNumberTests {
  private func values(_ numbers: [String], _ type: LogicalType) throws -> [String] {
    let text = numbers.map { "{\"n\":\($0)}\n" }.joined()
    let block = try Decoding.fixed(text, Schema([Field("n", type)]))
    return RowText.values(block, "n") + block.rejected.map { _ in "rejected" }
  }

  @Test(arguments: 1...20)
  func `whole numbers of every length are exact`(_ digitCount: Int) throws {
    let nines = String(repeating: "9", count: digitCount)
    let one = "1" + String(repeating: "0", count: digitCount - 1)
    let fits = digitCount < 19
    #expect(
      try values([nines, "-" + nines, one], .int64)
        == (fits
          ? [nines, "-" + nines, one]
          : digitCount == 19
            ? [one, "rejected", "rejected"] : ["rejected", "rejected", "rejected"])
    )
  }

  @Test(arguments: 1...20)
  func `decimals of every length are exact`(_ digitCount: Int) throws {
    let type = LogicalType.decimal(precision: 18, scale: 4)
    let digits = String(repeating: "7", count: digitCount)
    let fits = digitCount <= 14
    let padded = "\(digits).2500"
    #expect(
      try values(["\(digits).25", "-\(digits).2500", "\(digits).250000"], type)
        == (fits ? [padded, "-" + padded, padded] : ["rejected", "rejected", "rejected"])
    )
  }

  @Test func `exponents, zeros and signs mean what they mean`() throws {
    #expect(
      try values(["0", "-0", "1.0", "1e2", "12E-1", "1E1"], .int64) == [
        "0", "0", "1", "100", "10", "rejected",
      ]
    )
    let type = LogicalType.decimal(precision: 5, scale: 2)
    #expect(
      try values(["0", "-0.0", "0.00", "1e2", "12E-1", "999.99", "1000", "0.001", "1.100"], type)
        == [
          "0.00", "0.00", "0.00", "100.00", "1.20", "999.99", "1.10", "rejected", "rejected",
        ]
    )
  }

  @Test func `a decimal column is as precise as its largest number`() throws {
    let block = try Decoding.evolve("{\"n\":1.25}\n{\"n\":-123456.5}\n{\"n\":7}\n")
    #expect(RowText.schema(block.schema) == "n decimal(8,2)")
    #expect(RowText.values(block, "n") == ["1.25", "-123456.50", "7.00"])
  }

  @Test func `a field of CSV is a number only as a whole`() throws {
    let text = "12\n12x\n1 2\n-5\n007\n+7\n1.\n12.5\n"
    let block = try Decoding.fixed(text, Schema([Field("n", .int64)]), .csv(CSVLayout()))
    #expect(RowText.values(block, "n") == ["12", "-5", "7", "7"])
    #expect(block.rejected.map(\.recordNumber) == [1, 2, 6, 7])
    let decimals = try Decoding.fixed(
      "1.5\n1.5x\n1.555\n-0.25\n3\n",
      Schema([Field("n", .decimal(precision: 4, scale: 2))]),
      .csv(CSVLayout())
    )
    #expect(RowText.values(decimals, "n") == ["1.50", "-0.25", "3.00"])
    #expect(decimals.rejected.map(\.recordNumber) == [1, 2])
  }
}
