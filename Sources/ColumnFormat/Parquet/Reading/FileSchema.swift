/// The schema of a file as lake sees it, and how it maps to the file's columns of values.
struct FileSchema: Sendable {
  /// The top-level fields.
  var schema = Schema([])
  /// The top-level fields' places.
  var nodes: [ColumnNode] = []
  /// The columns of values, in the order of every row group's column chunks.
  var leaves: [ColumnLeaf] = []

  /// Converts the flat list of a footer.
  init(_ elements: [SchemaElement]) throws(DecodingFailure) {
    guard let root = elements.first else { throw DecodingFailure("the schema is empty") }
    var builder = SchemaConversion(elements: elements)
    let trees = try builder.readChildren(count: root.childCount ?? 0, depth: 1)
    guard builder.next == elements.count else {
      throw DecodingFailure(
        "the schema's tree has \(builder.next) elements, the list has \(elements.count)"
      )
    }
    for tree in trees {
      let (field, node) = try builder.convert(tree, Levels(), path: [])
      schema.fields.append(field)
      nodes.append(node)
    }
    leaves = builder.leaves
  }
}

/// The levels that the ancestors of a schema element add up to.
struct Levels {
  /// Optional and repeated ancestors.
  var definition = 0
  /// Repeated ancestors.
  var repetition = 0
  /// The definition level of the innermost repeated ancestor.
  var elementDefinition = 0
}

/// A schema element with those below it.
struct SchemaTree {
  var element: SchemaElement
  var children: [SchemaTree]
}

/// Builds fields, places and leaves from schema elements.
///
/// parquet-format, LogicalTypes.md, "Nested Types" and its backward-compatibility rules.
struct SchemaConversion {
  private let elements: [SchemaElement]
  /// The next element that belongs to no tree yet.
  private(set) var next = 1
  /// The leaves found so far.
  private(set) var leaves: [ColumnLeaf] = []

  init(elements: [SchemaElement]) { self.elements = elements }

  /// The next `count` trees of the depth-first list.
  mutating func readChildren(count: Int, depth: Int) throws(DecodingFailure) -> [SchemaTree] {
    guard depth <= Limits.schemaDepthMax else {
      throw DecodingFailure("the schema is nested more than \(Limits.schemaDepthMax) levels deep")
    }
    guard count <= elements.count - next else {
      throw DecodingFailure("a group claims \(count) fields, \(elements.count - next) are left")
    }
    var trees: [SchemaTree] = []
    for _ in 0..<count {
      guard next < elements.count else {
        throw DecodingFailure("the schema's groups claim more fields than there are")
      }
      let element = elements[next]
      next += 1
      guard element.repetition != nil else {
        throw DecodingFailure("the column '\(element.name)' has no repetition")
      }
      let children: [SchemaTree]
      if element.type == nil {
        children = try readChildren(count: element.childCount ?? 0, depth: depth + 1)
        if children.isEmpty { throw .unsupported("the group '\(element.name)' has no fields") }
      } else {
        guard element.childCount ?? 0 == 0 else {
          throw DecodingFailure("the column '\(element.name)' has values and fields")
        }
        children = []
      }
      trees.append(SchemaTree(element: element, children: children))
    }
    return trees
  }

  /// A field as it stands in its parent.
  mutating func convert(_ tree: SchemaTree, _ levels: Levels, path: [String])
    throws(DecodingFailure) -> (Field, ColumnNode)
  {
    // A repeated field outside of a list or map is a list of required elements.
    if tree.element.repetition == .repeated {
      let list = ListLevels(
        definitionLevel: nil,
        elementDefinitionLevel: levels.definition + 1,
        repetitionLevel: levels.repetition + 1
      )
      let (element, node) = try convertBody(tree, inside(list), path: path, isNullable: false)
      var field = element
      field.type = .list(Field("element", element.type, isNullable: false))
      return (field, .list(list, element: node))
    }
    var levels = levels
    let isNullable = tree.element.repetition == .optional
    if isNullable { levels.definition += 1 }
    return try convertBody(tree, levels, path: path, isNullable: isNullable)
  }

  /// A field whose own repetition is already part of `levels`.
  private mutating func convertBody(
    _ tree: SchemaTree,
    _ levels: Levels,
    path: [String],
    isNullable: Bool
  ) throws(DecodingFailure) -> (Field, ColumnNode) {
    let element = tree.element
    let path = path + [element.name]
    func field(_ type: LogicalType) -> Field {
      Field(element.name, type, isNullable: isNullable, id: element.fieldID)
    }
    if let storage = element.type {
      let leaf = LeafTyping.leaf(element, storage, levels, path: path)
      leaves.append(leaf)
      return (field(leaf.type), .leaf(leaves.count - 1))
    }
    if tree.isList, let (type, node) = try convertList(tree, levels, path, isNullable) {
      return (field(type), node)
    }
    if tree.isMap, let (type, node) = try convertMap(tree, levels, path, isNullable) {
      return (field(type), node)
    }
    var fields: [Field] = []
    var nodes: [ColumnNode] = []
    for child in tree.children {
      let (field, node) = try convert(child, levels, path: path)
      fields.append(field)
      nodes.append(node)
    }
    return (
      field(.row(fields)),
      .row(definitionLevel: isNullable ? levels.definition : nil, fields: nodes)
    )
  }

  private func inside(_ list: ListLevels) -> Levels {
    Levels(
      definition: list.elementDefinitionLevel,
      repetition: list.repetitionLevel,
      elementDefinition: list.elementDefinitionLevel
    )
  }

  private func listLevels(_ levels: Levels, _ isNullable: Bool) -> ListLevels {
    ListLevels(
      definitionLevel: isNullable ? levels.definition : nil,
      elementDefinitionLevel: levels.definition + 1,
      repetitionLevel: levels.repetition + 1
    )
  }

  private mutating func convertList(
    _ tree: SchemaTree,
    _ levels: Levels,
    _ path: [String],
    _ isNullable: Bool
  ) throws(DecodingFailure) -> (LogicalType, ColumnNode)? {
    guard tree.children.count == 1, let repeated = tree.children.first,
      repeated.element.repetition == .repeated
    else { return nil }
    let list = listLevels(levels, isNullable)
    let element: Field
    let node: ColumnNode
    if repeated.isListElement(of: tree.element.name) {
      (element, node) = try convertBody(repeated, inside(list), path: path, isNullable: false)
    } else {
      (element, node) = try convert(
        repeated.children[0],
        inside(list),
        path: path + [repeated.element.name]
      )
    }
    return (.list(element), .list(list, element: node))
  }

  private mutating func convertMap(
    _ tree: SchemaTree,
    _ levels: Levels,
    _ path: [String],
    _ isNullable: Bool
  ) throws(DecodingFailure) -> (LogicalType, ColumnNode)? {
    guard tree.children.count == 1, let pair = tree.children.first,
      pair.element.repetition == .repeated, (1...2).contains(pair.children.count)
    else { return nil }
    let list = listLevels(levels, isNullable)
    let path = path + [pair.element.name]
    let (key, keyNode) = try convert(pair.children[0], inside(list), path: path)
    if pair.children.count == 1 {
      // A map without values is a set of keys.
      return (.list(key), .list(list, element: keyNode))
    }
    let (value, valueNode) = try convert(pair.children[1], inside(list), path: path)
    return (
      .map(key: key, value: value),
      .list(list, element: .row(definitionLevel: nil, fields: [keyNode, valueNode]))
    )
  }
}

extension SchemaTree {
  /// Whether the group is annotated as a list.
  var isList: Bool { element.logicalType == .list || element.convertedType == .list }

  /// Whether the group is annotated as a map, under either of its old names.
  var isMap: Bool {
    element.logicalType == .map || element.convertedType == .map
      || element.convertedType == .mapKeyValue
  }

  /// Whether this repeated field of a list is the element itself, not a group around it.
  func isListElement(of listName: String) -> Bool {
    children.count != 1 || children[0].element.repetition == .repeated
      || element.name == "array" || element.name == listName + "_tuple"
  }
}
