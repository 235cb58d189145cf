import Testing

@Suite struct RowFormatTests {}
