/// A family of functions that Athena has and lake does not: they are refused by name.
struct MissingFunctions: Sendable {
  var family: String
  var names: [String]
  /// What to use instead.
  var help: String?
}

extension FunctionCatalog {
  /// All that is missing, as the documentation lists it.
  static let missingFamilies: [MissingFunctions] = [
    MissingFunctions(
      family: "JSON",
      names: [
        "json_scalar", "json_serialize", "json_table",
      ],
      help: "cast to json, json_format, and json_query with UNNEST do the same"
    ),
    MissingFunctions(
      family: "Text",
      names: [
        "title_case"
      ]
    ),
    MissingFunctions(
      family: "Teradata",
      names: [
        "char2hexint", "index", "to_char", "to_date", "to_timestamp",
      ],
      help: "strpos, format_datetime, parse_datetime and date_parse do the same"
    ),
    MissingFunctions(
      family: "Colour",
      names: [
        "bar", "color", "render", "rgb",
      ]
    ),
    MissingFunctions(
      family: "Machine learning",
      names: [
        "classify", "features", "learn_classifier", "learn_libsvm_classifier",
        "learn_libsvm_regressor", "learn_regressor", "regress",
      ]
    ),
    MissingFunctions(
      family: "Row pattern",
      names: [
        "classifier", "match_number", "permute",
      ],
      help: "window functions like lag and lead look at neighbouring rows"
    ),
    MissingFunctions(
      family: "Geospatial",
      names: [
        "bing_tile", "bing_tile_at", "bing_tile_coordinates", "bing_tile_polygon",
        "bing_tile_quadkey", "bing_tile_zoom_level", "bing_tiles_around", "convex_hull_agg",
        "from_encoded_polyline", "from_geojson_geometry", "geometry_collect_agg",
        "geometry_from_hadoop_shape", "geometry_invalid_reason", "geometry_nearest_points",
        "geometry_to_bing_tiles", "geometry_union", "geometry_union_agg", "great_circle_distance",
        "line_interpolate_point", "line_interpolate_points", "line_locate_point",
        "simplify_geometry", "spatial_partitioning", "spatial_partitions", "st_area", "st_asbinary",
        "st_asewkb", "st_asewkt", "st_astext", "st_boundary", "st_buffer", "st_centroid",
        "st_collect", "st_contains", "st_convexhull", "st_coorddim", "st_crosses", "st_difference",
        "st_dimension", "st_disjoint", "st_distance", "st_endpoint", "st_envelope",
        "st_envelopeaspts", "st_equals", "st_exteriorring", "st_force2d", "st_force3d",
        "st_geometries", "st_geometryfromtext", "st_geometryn", "st_geometrytype",
        "st_geomfrombinary", "st_geomfromewkt", "st_geomfromkml", "st_interiorringn",
        "st_interiorrings", "st_intersection", "st_intersects", "st_isclosed", "st_isempty",
        "st_isring", "st_issimple", "st_isvalid", "st_length", "st_linefromtext", "st_linemerge",
        "st_linestring", "st_makeline", "st_makepolygon", "st_minimumboundingcircle", "st_multi",
        "st_multipoint", "st_normalize", "st_numgeometries", "st_numinteriorring", "st_numpoints",
        "st_orientedenvelope", "st_overlaps", "st_point", "st_pointn", "st_pointonsurface",
        "st_points", "st_polygon", "st_polygonize", "st_reduceprecision", "st_relate", "st_setsrid",
        "st_srid", "st_startpoint", "st_symdifference", "st_touches", "st_transform", "st_union",
        "st_voronoipolygons", "st_within", "st_x", "st_xmax", "st_xmin", "st_y", "st_ymax",
        "st_ymin", "st_z", "to_encoded_polyline", "to_geojson_geometry", "to_geometry",
        "to_spherical_geography",
      ]
    ),
  ]

  /// What to use instead of a missing function, by its name.
  private static let helpByName: [String: String?] = Dictionary(
    uniqueKeysWithValues: missingFamilies.flatMap { family in
      family.names.map { ($0, family.help) }
    }
  )

  /// Whether Athena has a function of this name and lake does not, and what to use instead.
  static func missing(_ name: String) -> (isMissing: Bool, help: String?) {
    guard let help = helpByName[name] else { return (false, nil) }
    return (true, help)
  }
}
