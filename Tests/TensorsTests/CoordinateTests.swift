import Tensors
import Testing

@Suite struct CoordinateTests {
    @Test func isReadInAnyOrderAndWrittenInOne() throws {
        for text in ["y=12,x=7,c=3", "c=3,y=12,x=7", "x=7,c=3,y=12"] {
            let coordinate = try #require(Coordinate(text))
            #expect(coordinate == Coordinate(y: 12, x: 7, c: 3) && coordinate.description == "y=12,x=7,c=3")
        }
    }

    @Test(arguments: [
        "", "12,7,3", "y=1,x=2", "y=1,x=2,c=", "y=1,x=2,c=-1", "y=1,y=1,x=2,c=3", "y=1,x=2,z=3", "y=1,x=2,c=3,",
        "y==1,x=2,c=3",
        "y=1 x=2 c=3", "y=99999999999999999999,x=0,c=0",
    ]) func isRefused(_ text: String) { #expect(Coordinate(text) == nil) }

    /// 2 rows, 3 columns, 4 channels: element 17 = 1 x 12 + 1 x 4 + 1.
    @Test func followsTheOrderOfElements() {
        let shape = TensorShape(height: 2, width: 3, channels: 4)
        #expect(shape.coordinate(of: 17) == Coordinate(y: 1, x: 1, c: 1))
        for index in 0..<24 {
            let coordinate = shape.coordinate(of: index)
            #expect(shape.index(coordinate.y, coordinate.x, coordinate.c) == index && shape.contains(coordinate))
        }
        for outside in [Coordinate(y: 2, x: 0, c: 0), Coordinate(y: 0, x: 3, c: 0), Coordinate(y: 0, x: 0, c: 4)] {
            #expect(!shape.contains(outside))
        }
    }
}
