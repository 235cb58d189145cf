import Testing

@testable import lake

@Suite struct LineBufferTests {
  @Test func `text goes in at the cursor`() {
    var buffer = LineBuffer("select")
    buffer.move(to: 0)
    buffer.insert("x")
    #expect(buffer.text == "xselect")
    #expect(buffer.cursor == 1)
  }

  @Test func `a combining mark joins the letter before it`() {
    var buffer = LineBuffer("e")
    buffer.insert("\u{301}")
    #expect(buffer.characters.count == 1)
    buffer.deleteBackward()
    #expect(buffer.isEmpty)
  }

  @Test func `words end at signs and blanks`() {
    var buffer = LineBuffer("a.b_c, 12")
    buffer.moveWordLeft()
    #expect(buffer.cursor == 7)
    buffer.moveWordLeft()
    #expect(buffer.cursor == 2)
    buffer.moveWordRight()
    #expect(buffer.cursor == 5)
  }

  @Test func `up and down keep the column where the line is long enough`() {
    var buffer = LineBuffer("select\na\nfrom t")
    let isUp = buffer.moveUp()
    #expect(isUp && buffer.cursor == 8)
    let isUpAgain = buffer.moveUp()
    #expect(isUpAgain && buffer.cursor == 1)
    let isAboveAll = buffer.moveUp()
    #expect(!isAboveAll)
    let isDown = [buffer.moveDown(), buffer.moveDown(), buffer.moveDown()]
    #expect(isDown == [true, true, false])
  }

  @Test func `cuts in a row come back as one text`() {
    var buffer = LineBuffer("select a from t")
    buffer.killBlankWordBackward()
    buffer.killBlankWordBackward()
    #expect(buffer.text == "select a ")
    buffer.yank()
    #expect(buffer.text == "select a from t")
  }

  @Test func `an earlier cut takes the place of the one that was put in`() {
    var buffer = LineBuffer("one")
    buffer.killToLineStart()
    buffer.insert("two")
    buffer.killToLineStart()
    buffer.yank()
    #expect(buffer.text == "two")
    buffer.yankEarlier()
    #expect(buffer.text == "one")
    buffer.yankEarlier()
    #expect(buffer.text == "two")
  }

  @Test func `undo takes back typed words and cuts`() {
    var buffer = LineBuffer()
    for letter in "select 1" { buffer.insert(String(letter)) }
    buffer.killToLineStart()
    buffer.undo()
    #expect(buffer.text == "select 1")
    buffer.undo()
    #expect(buffer.text == "select")
    buffer.undo()
    #expect(buffer.text == "")
    buffer.undo()
    #expect(buffer.text == "")
  }

  @Test func `cutting to the end of a line takes the line end when nothing else is left`() {
    var buffer = LineBuffer("a\nb")
    buffer.move(to: 1)
    buffer.killToLineEnd()
    #expect(buffer.text == "ab")
  }

  @Test func `two letters change places`() {
    var buffer = LineBuffer("form")
    buffer.move(to: 3)
    buffer.transpose()
    #expect(buffer.text == "fomr")
    var end = LineBuffer("slq")
    end.transpose()
    #expect(end.text == "sql")
  }

  @Test func `the next word becomes upper case`() {
    var buffer = LineBuffer("a select")
    buffer.move(to: 1)
    buffer.changeCase { $0.uppercased() }
    #expect(buffer.text == "a SELECT")
    #expect(buffer.cursor == 8)
  }
}
