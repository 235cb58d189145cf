/// The functions that only the window operator computes.
enum WindowFunctionEntries {
  static func register(_ functions: inout FunctionRegistry) {
    functions.window("row_number() -> bigint", "The number of the row in its partition.")
    functions.window("rank() -> bigint", "One more than the rows that sort before, with gaps.")
    functions.window("dense_rank() -> bigint", "The rank without gaps.")
    functions.window("percent_rank() -> double", "The rank as a share, from zero to one.")
    functions.window("cume_dist() -> double", "The share of rows that do not sort after.")
    functions.window("ntile(bigint) -> bigint", "The number of the equal part the row falls in.")
    functions.window("lag(T) -> T", "The value of an earlier row.")
    functions.window("lag(T, bigint) -> T")
    functions.window("lag(T, bigint, T) -> T")
    functions.window("lead(T) -> T", "The value of a later row.")
    functions.window("lead(T, bigint) -> T")
    functions.window("lead(T, bigint, T) -> T")
    functions.window("first_value(T) -> T", "The value of the frame's first row.")
    functions.window("last_value(T) -> T", "The value of the frame's last row.")
    functions.window("nth_value(T, bigint) -> T", "The value of the frame's n-th row.")
  }
}
