/// Clocks as people write them in files, in MHz without a unit: `400`, `400 MHz`, `1.2 GHz`.
enum ClockText {
    static let form = "a number of MHz, such as 400, 400 MHz or 1.2 GHz"

    /// Of ten, from the unit to MHz.
    static func power(of unit: String) -> Int? { ["": 0, "MHz": 0, "GHz": 3][unit] }

    static func remedy(for quantity: QuantityText) -> String {
        let meant = ["MHz", "GHz"].first { $0.lowercased() == quantity.unit.lowercased() }
        return meant.map { "did you mean \(quantity.numberText) \($0)?" } ?? "use MHz or GHz"
    }
}
