import Testing

@Suite struct ColumnFormatTests {}
