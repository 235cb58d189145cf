// swift-tools-version: 6.2
import PackageDescription

#if canImport(Glibc)
  import Glibc
#endif

/// A C library that Debian packages; where its header is missing the build goes on without it.
struct OptionalLibrary {
  let target: String
  let header: String
  let link: String
  let package: String
  let define: String

  /// Whether the header stands in one of the compiler's default include folders.
  var isPresent: Bool {
    [
      "/usr/include", "/usr/local/include", "/usr/include/x86_64-linux-gnu",
      "/usr/include/aarch64-linux-gnu",
    ].contains { access("\($0)/\(header)", R_OK) == 0 }
  }
}

let optionalLibraries = [
  OptionalLibrary(
    target: "CLZ4",
    header: "lz4.h",
    link: "lz4",
    package: "liblz4-dev",
    define: "LAKE_LZ4"
  ),
  OptionalLibrary(
    target: "CBrotli",
    header: "brotli/decode.h",
    link: "brotlidec",
    package: "libbrotli-dev",
    define: "LAKE_BROTLI"
  ),
  OptionalLibrary(
    target: "CDeflate",
    header: "libdeflate.h",
    link: "deflate",
    package: "libdeflate-dev",
    define: "LAKE_DEFLATE"
  ),
  OptionalLibrary(
    target: "CBzip2",
    header: "bzlib.h",
    link: "bz2",
    package: "libbz2-dev",
    define: "LAKE_BZIP2"
  ),
  OptionalLibrary(
    target: "CPCRE2",
    header: "pcre2.h",
    link: "pcre2-8",
    package: "libpcre2-dev",
    define: "LAKE_PCRE2"
  ),
].filter(\.isPresent)

let common: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
  ] + optionalLibraries.map { .define($0.define) }

/// Targets with hot loops: exclusivity is checked in debug builds and by the sanitizer runs.
let engine =
  common + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

let optionalDependencies: [Target.Dependency] = optionalLibraries.map {
  .target(name: $0.target)
}

func library(_ name: String, _ settings: [SwiftSetting], _ dependencies: [Target.Dependency])
  -> Target
{
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name,
    dependencies: dependencies + ["TestSupport"],
    swiftSettings: common
  )
}

let package = Package(
  name: "lake",
  products: [
    .library(name: "ColumnFormat", targets: ["ColumnFormat"]),
    .library(name: "RowFormat", targets: ["RowFormat"]),
    .library(name: "ObjectStore", targets: ["ObjectStore"]),
    .library(name: "Catalog", targets: ["Catalog"]),
    .library(name: "LakeWriter", targets: ["LakeWriter"]),
    .library(name: "SQL", targets: ["SQL"]),
    .executable(name: "lake", targets: ["lake"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CExchange"),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .target(name: "CStart", cSettings: [.unsafeFlags(["-Werror", "-Wall", "-Wextra"])]),
    .target(name: "CKernels", cSettings: [.unsafeFlags(["-Werror", "-Wall", "-Wextra"])]),
    library(
      "ColumnFormat",
      engine,
      ["CZlib", "CZstd", "CKernels"] + optionalDependencies
    ),
    library(
      "RowFormat",
      engine,
      ["ColumnFormat", "CKernels", "CZlib", "CZstd"] + optionalDependencies
    ),
    library("ObjectStore", common, []),
    library("Catalog", common, ["ColumnFormat", "RowFormat", "ObjectStore"]),
    library(
      "LakeWriter",
      engine,
      ["ColumnFormat", "RowFormat", "ObjectStore", "Catalog", "CExchange"]
    ),
    library(
      "SQL",
      engine,
      ["ColumnFormat", "RowFormat", "ObjectStore", "Catalog", "CKernels"] + optionalDependencies
    ),
    .executableTarget(
      name: "lake",
      dependencies: [
        "ColumnFormat", "RowFormat", "ObjectStore", "Catalog", "LakeWriter", "SQL", "CStart",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: common
    ),
    .target(
      name: "TestSupport",
      dependencies: ["ColumnFormat", "CZlib", "CZstd"],
      path: "Tests/TestSupport",
      swiftSettings: common
    ),
    tests("ColumnFormatTests", ["ColumnFormat"]),
    tests("RowFormatTests", ["RowFormat", "ColumnFormat"]),
    tests("CatalogTests", ["Catalog", "ObjectStore", "RowFormat", "ColumnFormat"]),
    tests(
      "LakeWriterTests",
      ["LakeWriter", "Catalog", "ObjectStore", "RowFormat", "ColumnFormat"]
    ),
    tests("SQLTests", ["SQL", "CKernels", "Catalog", "ObjectStore", "RowFormat", "ColumnFormat"]),
    tests(
      "LakeCommandTests",
      ["lake", "SQL", "LakeWriter", "Catalog", "ObjectStore", "RowFormat", "ColumnFormat"]
    ),
  ]
    + optionalLibraries.map {
      .systemLibrary(name: $0.target, providers: [.apt([$0.package])])
    }
)
