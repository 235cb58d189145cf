import Catalog
import ColumnFormat
import TestSupport
import Testing

@testable import SQL

@Suite struct WriteJournalTests {
  @Test func `statements that begin are not taken for dead ones by others that look for these`()
    throws
  {
    let directory = TemporaryDirectory()
    let lake = directory("lake")
    let catalog = try TableCatalog(lake: lake)
    WorkerThreads.run(count: 4) { number in
      for step in 0..<150 {
        do throws(SQLError) {
          if number == 0 {
            try WriteJournal.recover(lake: lake, catalog: catalog)
            continue
          }
          let id = "\(number)-\(step)"
          let journal = WriteJournal(
            lake: lake,
            id: id,
            isNewTable: true,
            table: TableName(database: "d", table: "t\(id)"),
            staging: "\(lake)/data/d/.t-\(id)",
            location: "\(lake)/data/d/t\(id)"
          )
          let lock = try journal.begin()
          try WrittenFolders.put("a row", at: "\(journal.staging)/a")
          #expect(WrittenFolders.exists("\(lake)/writes/\(id)/write.json"))
          journal.end()
          _ = consume lock
        } catch {
          Issue.record("\(error)")
        }
      }
    }
    #expect(WrittenFolders.names("\(lake)/writes") == [])
    #expect(WrittenFolders.names("\(lake)/data/d") == [])
  }
}
