/// The functions that only the window operator computes.
enum WindowFunctionEntries {
  static func register(_ functions: inout FunctionRegistry) {
    functions.window(
      "row_number() -> bigint",
      "The number of the row in its partition.",
      examples: ["row_number() OVER (ORDER BY x) FROM (VALUES 5) AS t(x)": "1"]
    )
    functions.window(
      "rank() -> bigint",
      "One more than the rows that sort before, with gaps.",
      examples: [
        "max(r) FROM (SELECT rank() OVER (ORDER BY x) FROM (VALUES 1, 1, 2) AS t(x)) AS u(r)": "3"
      ]
    )
    functions.window(
      "dense_rank() -> bigint",
      "The rank without gaps.",
      examples: [
        "max(r) FROM (SELECT dense_rank() OVER (ORDER BY x) FROM (VALUES 1, 1, 2) AS t(x)) AS u(r)":
          "2"
      ]
    )
    functions.window(
      "percent_rank() -> double",
      "The rank as a share, from zero to one.",
      examples: [
        "max(r) FROM (SELECT percent_rank() OVER (ORDER BY x) FROM (VALUES 1, 1, 2) AS t(x)) AS u(r)":
          "1.0"
      ]
    )
    functions.window(
      "cume_dist() -> double",
      "The share of rows that do not sort after.",
      examples: [
        "min(r) FROM (SELECT cume_dist() OVER (ORDER BY x) FROM (VALUES 1, 1, 2, 3) AS t(x)) AS u(r)":
          "0.5"
      ]
    )
    functions.window(
      "ntile(bigint) -> bigint",
      "The number of the equal part the row falls in.",
      examples: [
        "max(r) FROM (SELECT ntile(2) OVER (ORDER BY x) FROM (VALUES 1, 2, 3) AS t(x)) AS u(r)": "2"
      ]
    )
    functions.window(
      "lag(T) -> T",
      "The value of an earlier row.",
      examples: [
        "max(r) FROM (SELECT lag(x) OVER (ORDER BY x) FROM (VALUES 1, 2, 3) AS t(x)) AS u(r)": "2"
      ]
    )
    functions.window("lag(T, bigint) -> T")
    functions.window("lag(T, bigint, T) -> T")
    functions.window(
      "lead(T) -> T",
      "The value of a later row.",
      examples: [
        "min(r) FROM (SELECT lead(x) OVER (ORDER BY x) FROM (VALUES 1, 2, 3) AS t(x)) AS u(r)": "2"
      ]
    )
    functions.window("lead(T, bigint) -> T")
    functions.window("lead(T, bigint, T) -> T")
    functions.window(
      "first_value(T) -> T",
      "The value of the frame's first row.",
      examples: [
        "max(r) FROM (SELECT first_value(x) OVER (ORDER BY x) FROM (VALUES 1, 2) AS t(x)) AS u(r)":
          "1"
      ]
    )
    functions.window(
      "last_value(T) -> T",
      "The value of the frame's last row.",
      examples: [
        "min(r) FROM (SELECT last_value(x) OVER (ORDER BY x) FROM (VALUES 1, 2) AS t(x)) AS u(r)":
          "1"
      ]
    )
    functions.window(
      "nth_value(T, bigint) -> T",
      "The value of the frame's n-th row.",
      examples: [
        "max(r) FROM (SELECT nth_value(x, 2) OVER (ORDER BY x) FROM (VALUES 1, 2) AS t(x)) AS u(r)":
          "2"
      ]
    )
  }
}
