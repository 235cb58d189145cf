import ColumnFormat
import SQL
import TestSupport
import Testing

@Suite struct PreparedStatementTests {
  private let engine = QueryEngine(QueryOptions())

  /// The rows of a statement, each value as text, or `CODE: message` where it fails.
  private func answer(_ sql: String) -> [[String]] {
    var columns: [ResultColumn] = []
    var rows: [[String]] = []
    do {
      _ = try engine.run(
        sql,
        begin: { columns = $0 },
        receive: { batch in
          for row in 0..<batch.rowCount {
            rows.append(
              zip(batch.columns, columns).map { column, result in
                var text: [UInt8] = []
                ResultText.append(column, row: row, type: result.type, to: &text)
                return String(decoding: text, as: UTF8.self)
              }
            )
          }
        }
      )
    } catch let error as SQLError {
      return [["\(error.code.rawValue): \(error.message)"]]
    } catch {
      return [["\(error)"]]
    }
    return rows
  }

  @Test func `a prepared statement runs with the values of USING`() {
    #expect(answer("PREPARE p FROM SELECT ? + x, ? FROM (VALUES 1, 2) AS t(x) WHERE x > ?").isEmpty)
    #expect(answer("EXECUTE p USING 10, 'a', 1") == [["12", "a"]])
    #expect(
      answer("execute P using 10 + 10, date '2026-01-01', 1") == [["22", "2026-01-01"]]
    )
    #expect(answer("EXECUTE p USING 1, NULL, 1") == [["3", "NULL"]])
  }

  @Test func `a parameter may be the number of rows`() {
    _ = answer("PREPARE p FROM SELECT x FROM (VALUES 1, 2, 3) AS t(x) ORDER BY x LIMIT ?")
    #expect(answer("EXECUTE p USING 2") == [["1"], ["2"]])
  }

  @Test func `preparing again replaces, and DEALLOCATE forgets`() {
    _ = answer("PREPARE p FROM SELECT 1")
    _ = answer("PREPARE p FROM SELECT 2;")
    #expect(answer("EXECUTE p") == [["2"]])
    #expect(answer("DEALLOCATE PREPARE p").isEmpty)
    #expect(answer("EXECUTE p") == [["NOT_FOUND: Prepared statement not found: p"]])
    #expect(answer("DEALLOCATE PREPARE p") == [["NOT_FOUND: Prepared statement not found: p"]])
  }

  @Test func `the number of parameters must be right`() {
    _ = answer("PREPARE p FROM SELECT ?, ?")
    #expect(
      answer("EXECUTE p USING 1") == [
        ["INVALID_PARAMETER_USAGE: Incorrect number of parameters: expected 2 but found 1"]
      ]
    )
  }

  @Test func `an error in the prepared text is told at the EXECUTE`() throws {
    _ = answer("PREPARE p FROM SELECT nope FROM (VALUES 1) AS t(x)")
    let error = #expect(throws: SQLError.self) {
      try engine.run("EXECUTE p", begin: { _ in }, receive: { _ in })
    }
    #expect(error?.code == .columnNotFound)
    #expect(error?.range == SourceRange(0, 9))
    #expect(
      error?.details == ["in the prepared statement: SELECT nope FROM (VALUES 1) AS t(x)"]
    )
  }

  @Test func `a text can be executed at once`() {
    #expect(answer("EXECUTE IMMEDIATE 'SELECT ? || ''!''' USING 'a'") == [["a!"]])
  }

  @Test func `a statement can be explained when it is prepared`() {
    _ = answer("PREPARE p FROM EXPLAIN SELECT ?")
    #expect(answer("EXECUTE p USING 7").joined().joined().contains("7"))
  }

  @Test func `parameters are values, not subqueries or other parameters`() {
    _ = answer("PREPARE p FROM SELECT ? + 1")
    #expect(answer("EXECUTE p USING (SELECT 1)")[0][0].hasPrefix("NOT_SUPPORTED: a subquery"))
    #expect(answer("EXECUTE p USING ?")[0][0].hasPrefix("INVALID_PARAMETER_USAGE"))
    #expect(answer("EXECUTE p USING abs(-4)") == [["5"]])
  }

  @Test func `what cannot be prepared is refused`() {
    #expect(
      answer("PREPARE p FROM EXECUTE q") == [
        ["NOT_SUPPORTED: Invalid statement type for prepared statement: EXECUTE"]
      ]
    )
    #expect(
      answer("PREPARE p FROM DELETE FROM t")[0][0].hasPrefix("NOT_SUPPORTED: DELETE")
    )
    #expect(answer("DESCRIBE INPUT p")[0][0].hasPrefix("NOT_SUPPORTED: DESCRIBE INPUT"))
  }
}
