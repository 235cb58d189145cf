// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody builds it who does not measure.
let package = Package(
  name: "lake-bench",
  dependencies: [.package(name: "lake", path: "..")],
  targets: [
    .executableTarget(
      name: "lake-bench",
      dependencies: [.product(name: "ColumnFormat", package: "lake")],
      path: "lake-bench",
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .treatAllWarnings(as: .error),
      ]
    )
  ]
)
