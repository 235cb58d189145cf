import Testing

@Suite struct LakeWriterTests {}
