import Testing

@Suite struct LakeCommandTests {}
