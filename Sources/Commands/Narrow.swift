/// An integer of a command, kept in 32 bits: a large picture has 10^5 commands, and moving them through memory is what
/// planning it costs.
///
/// Everything on chip is addressed with 31 bits (`MachineDescription` allows no larger memory), and tensors have fewer
/// rows, columns and channels than that.
@propertyWrapper
public struct Narrow: Hashable, Sendable {
    @usableFromInline
    var stored: Int32

    @inlinable
    public init(wrappedValue: Int) { stored = Int32(wrappedValue) }

    @inlinable
    public var wrappedValue: Int {
        get { Int(stored) }
        set { stored = Int32(newValue) }
    }
}
