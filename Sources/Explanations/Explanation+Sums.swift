import ExactArithmetic
import Tensors

/// Sums of products.
extension Explanation {
    /// The sum of the terms and the bias.
    mutating func explainAccumulator(_ terms: [ExplainedTerm], inputName: String, bias: Int64, bits: Int) -> Int64 {
        let sum = explainSum(terms, inputName: inputName)
        let accumulator = sum + bias
        say(
            """
            accumulator = sum + bias = \(sum) + \(bias) = \(accumulator), \
            \(ExactInteger(accumulator).signedWidth) bits of \(bits)
            """
        )
        return accumulator
    }

    private mutating func explainSum(_ terms: [ExplainedTerm], inputName: String) -> Int64 {
        say("products: input code -> v, weight code -> w, v x w, running sum")
        productsAfter = lines.count
        var sum: Int64 = 0
        for term in terms {
            let product = Int64(term.value) * Int64(term.weight)
            sum += product
            let operand =
                term.position.map { "\(inputName) y=\($0.y),x=\($0.x),c=\($0.c) code \(term.code!) -> \(term.value)" }
                ?? "padding -> 0"
            let position = term.position.map { Coordinate(y: $0.y, x: $0.x, c: $0.c).description }
            products.append(
                Product(
                    tapRow: term.tap.r, tapColumn: term.tap.s, position: position, code: term.code,
                    value: term.value, weightCode: term.weightCode, weight: term.weight, product: Int(product),
                    sum: Int(sum),
                    line:
                        """
                          tap (\(term.tap.r),\(term.tap.s))  \(operand)  weight \(term.weightCode) -> \(term.weight)  \
                        product \(product)  sum \(sum)
                        """))
        }
        say("sum of \(terms.count) products = \(sum)")
        return sum
    }
}
