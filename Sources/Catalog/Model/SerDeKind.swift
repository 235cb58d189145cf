/// The SerDes of Athena that read text.
package enum SerDeKind: String, Sendable, CaseIterable {
  case lazySimple = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
  case openCSV = "org.apache.hadoop.hive.serde2.OpenCSVSerde"
  case openXJSON = "org.openx.data.jsonserde.JsonSerDe"
  case hiveJSON = "org.apache.hive.hcatalog.data.JsonSerDe"
  case regex = "org.apache.hadoop.hive.serde2.RegexSerDe"
  case grok = "com.amazonaws.glue.serde.GrokSerDe"

  /// The SerDe of a Java class, whose other names are known too; nil for other ones.
  package init?(library: String) {
    switch library {
    case "org.apache.hadoop.hive.serde2.JsonSerDe", "com.amazon.emr.hive.serde.CloudTrailSerde",
      "com.amazonaws.athena.serde.CloudTrailSerde":
      self = library.hasSuffix("CloudTrailSerde") ? .openXJSON : .hiveJSON
    case "org.apache.hadoop.hive.contrib.serde2.RegexSerDe": self = .regex
    default:
      guard let kind = SerDeKind(rawValue: library) else { return nil }
      self = kind
    }
  }
}
