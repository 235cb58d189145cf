import ColumnFormat

/// The shapes of all fields of some records, nested ones included.
///
/// The root is the shape of a whole record. What scanners see often costs them a comparison; only
/// what is new comes here.
final class ShapeTree {
  /// The most fields of a tree; an object that is used as a map would make columns without end.
  static let fieldCountMax = 10_000
  /// The deepest groups of a Parquet schema that columns may lead to; a list or map takes two.
  ///
  /// What lies deeper is kept as JSON text: files may not be nested more than 64 deep, and a record
  /// of a thousand brackets must not be what decides about a table's columns.
  static let groupDepthMax = 60

  let root: ShapePointer
  /// Whether arrays of mixed elements are kept as JSON text, as for DynamoDB's lists.
  let keepsMixedListsAsText: Bool
  private let keepsNumbersExact: Bool
  /// Whether some records were changes of a DynamoDB table.
  var hasStreamRecords = false
  /// The fields that were met in another spelling than their first, by that other spelling.
  private(set) var foldedNames: [[String]] = []
  private let tracksCauses: Bool
  private var shapes: [ShapePointer] = []
  private var names: [String] = [""]
  private var parents: [Int] = [-1]
  /// The fields of an object shape in first-seen order, by shape.
  private var fields: [[ShapePointer]] = [[]]
  private var lookup: [[String: ShapePointer]] = [[:]]
  private var causes: [FieldCause?] = [nil]

  init(
    keepsMixedListsAsText: Bool = false,
    keepsNumbersExact: Bool = false,
    tracksCauses: Bool = false
  ) {
    self.keepsNumbersExact = keepsNumbersExact
    self.keepsMixedListsAsText = keepsMixedListsAsText
    self.tracksCauses = tracksCauses
    root = .allocate(capacity: 1)
    root.initialize(to: Shape(id: 0))
    root.pointee.kinds = .object
    shapes.append(root)
  }

  deinit {
    for shape in shapes {
      shape.pointee.members.free()
      shape.deallocate()
    }
  }

  /// Where a value stands, for causes.
  struct Place {
    var file: String
    var recordNumber: Int
    var value: UnsafeBufferPointer<UInt8>
  }

  /// The field of an object shape, made if it is new; nil where there are too many fields.
  ///
  /// Names that differ only by case are one field, in its first spelling.
  func field(of object: ShapePointer, named name: String) -> ShapePointer? {
    let id = object.pointee.id
    if let known = lookup[id][name] ?? lookup[id][name.lowercased()] {
      if name != names[known.pointee.id] { noteFolded(name, known.pointee.id) }
      return known
    }
    guard let shape = makeShape(name, parent: id) else { return nil }
    fields[id].append(shape)
    lookup[id][name] = shape
    lookup[id][name.lowercased()] = shape
    return shape
  }

  /// The shape of an array's elements, made if it is new; nil where there are too many fields.
  func element(of array: ShapePointer) -> ShapePointer? {
    if let known = array.pointee.element { return known }
    let shape = makeShape("element", parent: array.pointee.id)
    array.pointee.element = shape
    return shape
  }

  private func makeShape(_ name: String, parent: Int) -> ShapePointer? {
    if shapes.count > ShapeTree.fieldCountMax { return nil }
    let shape = ShapePointer.allocate(capacity: 1)
    shape.initialize(to: Shape(id: shapes.count))
    shape.pointee.isExact = keepsNumbersExact
    shapes.append(shape)
    names.append(name)
    parents.append(parent)
    fields.append([])
    lookup.append([:])
    causes.append(nil)
    return shape
  }

  /// Takes evidence in, and notes its place where it changes the type.
  func add(_ evidence: ShapeEvidence, to shape: ShapePointer, at place: @autoclosure () -> Place) {
    let before = tracksCauses ? ownType(shape) : .unknown
    shape.pointee.add(evidence)
    guard tracksCauses else { return }
    let after = ownType(shape)
    if after == before && causes[shape.pointee.id] != nil { return }
    let place = place()
    causes[shape.pointee.id] = FieldCause(
      path: path(shape.pointee.id),
      type: after,
      file: place.file,
      recordNumber: place.recordNumber,
      sample: String(decoding: place.value.prefix(80), as: UTF8.self)
    )
  }

  /// Takes in what a shape of another tree saw, and its cause where that changes the type.
  func absorb(_ source: ShapePointer, of later: ShapeTree, into target: ShapePointer) {
    let id = target.pointee.id
    let before = tracksCauses ? ownType(target) : .unknown
    target.pointee.add(source.pointee)
    guard tracksCauses, var cause = later.causes[source.pointee.id] else { return }
    let after = ownType(target)
    if after == before && causes[id] != nil { return }
    cause.path = path(id)
    cause.type = after
    causes[id] = cause
  }

  /// The fields of an object shape in first-seen order.
  func fields(of object: ShapePointer) -> [ShapePointer] { fields[object.pointee.id] }

  /// The name that a field was first seen by.
  func name(of field: ShapePointer) -> String { names[field.pointee.id] }

  /// Takes over other spellings, but for those that are the first ones here.
  func noteFolded(_ others: [[String]]) {
    for path in others {
      var shape: ShapePointer? = root
      for name in path {
        shape = shape.flatMap { shape in
          lookup[shape.pointee.id][name.lowercased()]
            ?? (name == "element" ? shape.pointee.element : nil)
        }
      }
      guard let shape, let name = path.last, name != names[shape.pointee.id] else { continue }
      noteFolded(name, shape.pointee.id)
    }
  }

  private func path(_ id: Int) -> [String] {
    var path: [String] = []
    var at = id
    while at > 0 {
      path.append(names[at])
      at = parents[at]
    }
    return path.reversed()
  }

  private func noteFolded(_ name: String, _ id: Int) {
    let path = Array(path(id).dropLast()) + [name]
    if foldedNames.count < 100, !foldedNames.contains(path) { foldedNames.append(path) }
  }

  /// The causes of all fields' types, in the order of the fields.
  var allCauses: [FieldCause] {
    var found: [FieldCause] = []
    func collect(_ shape: ShapePointer) {
      if let cause = causes[shape.pointee.id] { found.append(cause) }
      for field in fields[shape.pointee.id] { collect(field) }
      if let element = shape.pointee.element { collect(element) }
    }
    collect(root)
    return found
  }

  /// The type without what is in arrays and rows.
  private func ownType(_ shape: ShapePointer) -> LogicalType {
    switch shape.pointee.kinds {
    case .object: .row([])
    case .array: .list(Field("element", .unknown))
    default: TypeResolution.scalar(shape.pointee)
    }
  }

  /// The columns: those known already, widened, and the new ones after them.
  func schema(evolving known: Schema) -> Schema {
    Schema(rowFields(root, known.fields, depth: 1))
  }

  /// The smallest type that holds what was seen and what is known.
  ///
  /// `depth` is where the type's own group would be in a Parquet schema.
  private func type(_ shape: ShapePointer, _ known: LogicalType, depth: Int) -> LogicalType {
    let kinds = shape.pointee.kinds
    if kinds.isEmpty { return known }
    if depth > ShapeTree.groupDepthMax && (kinds == .object || kinds == .array) { return .string }
    switch (known, kinds) {
    case (.unknown, .object):
      // An object without fields leaves the type open, as an array without elements does in Glue
      // (glue.md, 3): a row type without fields cannot be stored, and a later record brings them.
      return fields[shape.pointee.id].isEmpty
        ? .unknown : .row(rowFields(shape, [], depth: depth + 1))
    case (.row(let fields), .object): return .row(rowFields(shape, fields, depth: depth + 1))
    case (.map(let key, let value), .object):
      let types = self.fields[shape.pointee.id].map { type($0, .unknown, depth: depth + 2) }
      var widened = value
      widened.type = types.reduce(value.type) { TypeLattice.unify($0, $1) }
      return .map(key: key, value: widened)
    case (.unknown, .array): return list(shape, Field("element", .unknown), depth: depth)
    case (.list(let element), .array): return list(shape, element, depth: depth)
    default: return TypeResolution.scalar(shape.pointee, known: known)
    }
  }

  private func list(_ shape: ShapePointer, _ element: Field, depth: Int) -> LogicalType {
    guard let elements = shape.pointee.element else { return .list(element) }
    var element = element
    if keepsMixedListsAsText && TypeResolution.isMixed(elements.pointee.kinds) { return .string }
    element.type = type(elements, element.type, depth: depth + 2)
    return .list(element)
  }

  private func rowFields(_ shape: ShapePointer, _ known: [Field], depth: Int) -> [Field] {
    var result = known
    for field in fields[shape.pointee.id] {
      let name = names[field.pointee.id]
      let position =
        known.firstIndex { $0.name == name }
        ?? known.firstIndex { $0.name.lowercased() == name.lowercased() }
      if let position {
        result[position].type = type(field, known[position].type, depth: depth)
      } else {
        result.append(Field(name, type(field, .unknown, depth: depth)))
      }
    }
    return result
  }
}
