import ColumnFormat

#if canImport(Glibc)
  import Glibc
#endif

/// variance, stddev, skewness and kurtosis by central moments.
///
/// Updates are Welford's; merging is Pébay's (*Formulas for Robust, One-Pass Parallel Computation
/// of Covariances and Arbitrary-Order Statistical Moments*, 2008).
final class MomentState: AggregateState {
  enum Result: Sendable {
    case varianceSample, variancePopulation, deviationSample, deviationPopulation
    case skewness, kurtosis
  }

  private struct Moments: BitwiseCopyable {
    var count = 0.0
    var mean = 0.0
    var m2 = 0.0
    var m3 = 0.0
    var m4 = 0.0
  }

  private let moments = GroupArray<Moments>(Moments())
  private let result: Result

  init(_ result: Result) { self.result = result }

  func resize(groupCount: Int) { moments.resize(groupCount) }

  func update(groups: UnsafePointer<UInt32>, arguments: [Column], rowCount: Int) {
    let values = Operand<Double>(arguments[0])
    let base = moments.base
    let needsHigher = result == .skewness || result == .kurtosis
    forEachValid(groups, values.validity, rowCount) { row, group in
      let value = values[row]
      let before = base[group].count
      let count = before + 1
      let delta = value - base[group].mean
      let step = delta / count
      let square = delta * step * before
      base[group].count = count
      base[group].mean += step
      if needsHigher {
        let m2 = base[group].m2
        let m3 = base[group].m3
        base[group].m4 +=
          square * step * step * (count * count - 3 * count + 3) + 6 * step * step * m2
          - 4 * step * m3
        base[group].m3 += square * step * (count - 2) - 3 * step * m2
      }
      base[group].m2 += square
    }
  }

  func merge(
    _ other: any AggregateState,
    from sources: UnsafePointer<UInt32>,
    to groups: UnsafePointer<UInt32>,
    count: Int
  ) {
    guard let other = other as? MomentState else { return }
    for index in 0..<count {
      let b = other.moments[Int(sources[index])]
      let a = moments[Int(groups[index])]
      if b.count == 0 { continue }
      if a.count == 0 {
        moments[Int(groups[index])] = b
        continue
      }
      let n = a.count + b.count
      let delta = b.mean - a.mean
      let d2 = delta * delta
      var joined = Moments()
      joined.count = n
      joined.mean = a.mean + delta * b.count / n
      joined.m2 = a.m2 + b.m2 + d2 * a.count * b.count / n
      joined.m3 = a.m3 + b.m3
      joined.m3 += d2 * delta * a.count * b.count * (a.count - b.count) / (n * n)
      joined.m3 += 3 * delta * (a.count * b.m2 - b.count * a.m2) / n
      joined.m4 = a.m4 + b.m4
      let cross = a.count * a.count - a.count * b.count + b.count * b.count
      joined.m4 += d2 * d2 * a.count * b.count * cross / (n * n * n)
      joined.m4 += 6 * d2 * (a.count * a.count * b.m2 + b.count * b.count * a.m2) / (n * n)
      joined.m4 += 4 * delta * (a.count * b.m3 - b.count * a.m3) / n
      moments[Int(groups[index])] = joined
    }
  }

  func finish() -> Column {
    let values = Buffer<Double>(count: moments.count)
    let known = Buffer<UInt8>(count: moments.count)
    for group in 0..<moments.count {
      let value = finished(moments[group])
      values.base[group] = value ?? 0
      known.base[group] = bit(value != nil)
    }
    return Column(values, validity: Validity.fromBytes(known.base, count: moments.count))
  }

  private func finished(_ moments: Moments) -> Double? {
    let n = moments.count
    switch result {
    case .varianceSample: return n < 2 ? nil : moments.m2 / (n - 1)
    case .variancePopulation: return n < 1 ? nil : moments.m2 / n
    case .deviationSample: return n < 2 ? nil : (moments.m2 / (n - 1)).squareRoot()
    case .deviationPopulation: return n < 1 ? nil : (moments.m2 / n).squareRoot()
    case .skewness:
      return n < 3 ? nil : n.squareRoot() * moments.m3 / pow(moments.m2, 1.5)
    case .kurtosis:
      guard n >= 4 else { return nil }
      let ratio = n * (n + 1) / ((n - 1) * (n - 2) * (n - 3))
      let square = moments.m2 * moments.m2
      return ratio * (n - 1) * (n - 1) * moments.m4 / square
        - 3 * (n - 1) * (n - 1) / ((n - 2) * (n - 3))
    }
  }

  var byteCount: Int { moments.byteCount }
}

/// corr, covar and regr over pairs (y, x).
final class PairMomentState: AggregateState {
  enum Result: Sendable {
    case correlation, covarianceSample, covariancePopulation, slope, intercept
    case averageX, averageY, count, squaresX, squaresY, products, determination
  }

  private struct Moments: BitwiseCopyable {
    var count = 0.0
    var meanX = 0.0
    var meanY = 0.0
    var m2X = 0.0
    var m2Y = 0.0
    var c2 = 0.0
  }

  private let moments = GroupArray<Moments>(Moments())
  private let result: Result

  init(_ result: Result) { self.result = result }

  func resize(groupCount: Int) { moments.resize(groupCount) }

  func update(groups: UnsafePointer<UInt32>, arguments: [Column], rowCount: Int) {
    let ys = Operand<Double>(arguments[0])
    let xs = Operand<Double>(arguments[1])
    let base = moments.base
    forEachValid(groups, Validity.intersection(ys.validity, xs.validity), rowCount) { row, group in
      let y = ys[row]
      let x = xs[row]
      let count = base[group].count + 1
      let deltaX = x - base[group].meanX
      let deltaY = y - base[group].meanY
      base[group].count = count
      base[group].meanX += deltaX / count
      base[group].meanY += deltaY / count
      base[group].m2X += deltaX * (x - base[group].meanX)
      base[group].m2Y += deltaY * (y - base[group].meanY)
      base[group].c2 += deltaX * (y - base[group].meanY)
    }
  }

  func merge(
    _ other: any AggregateState,
    from sources: UnsafePointer<UInt32>,
    to groups: UnsafePointer<UInt32>,
    count: Int
  ) {
    guard let other = other as? PairMomentState else { return }
    for index in 0..<count {
      let b = other.moments[Int(sources[index])]
      let a = moments[Int(groups[index])]
      if b.count == 0 { continue }
      // Exactly the same, so that a value that never changes has no variance.
      if a.count == 0 {
        moments[Int(groups[index])] = b
        continue
      }
      let n = a.count + b.count
      let deltaX = b.meanX - a.meanX
      let deltaY = b.meanY - a.meanY
      let weight = a.count * b.count / n
      var joined = Moments()
      joined.count = n
      joined.meanX = a.meanX + deltaX * b.count / n
      joined.meanY = a.meanY + deltaY * b.count / n
      joined.m2X = a.m2X + b.m2X + deltaX * deltaX * weight
      joined.m2Y = a.m2Y + b.m2Y + deltaY * deltaY * weight
      joined.c2 = a.c2 + b.c2 + deltaX * deltaY * weight
      moments[Int(groups[index])] = joined
    }
  }

  func finish() -> Column {
    let values = Buffer<Double>(count: moments.count)
    let known = Buffer<UInt8>(count: moments.count)
    for group in 0..<moments.count {
      let value = finished(moments[group])
      values.base[group] = value ?? 0
      known.base[group] = bit(value != nil)
    }
    return Column(values, validity: Validity.fromBytes(known.base, count: moments.count))
  }

  private func finished(_ m: Moments) -> Double? {
    if result == .count { return m.count }
    guard m.count > 0 else { return nil }
    switch result {
    case .correlation:
      return m.m2X == 0 || m.m2Y == 0 ? nil : m.c2 / (m.m2X * m.m2Y).squareRoot()
    case .covarianceSample: return m.count < 2 ? nil : m.c2 / (m.count - 1)
    case .covariancePopulation: return m.c2 / m.count
    case .slope: return m.m2X == 0 ? nil : m.c2 / m.m2X
    case .intercept: return m.m2X == 0 ? nil : m.meanY - m.c2 / m.m2X * m.meanX
    case .averageX: return m.meanX
    case .averageY: return m.meanY
    case .count: return m.count
    case .squaresX: return m.m2X
    case .squaresY: return m.m2Y
    case .products: return m.c2
    case .determination:
      if m.m2X == 0 { return nil }
      return m.m2Y == 0 ? 1 : m.c2 * m.c2 / (m.m2X * m.m2Y)
    }
  }

  var byteCount: Int { moments.byteCount }
}
