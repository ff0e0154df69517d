// The functions of intaglio_golden.h for SystemVerilog.
//
// Arrays have fixed lengths here, as DPI-C hands them over without copies to a wrapper. A call uses
// as many elements as its counts say. Define other lengths before this file where yours are longer.
`ifndef INTAGLIO_GOLDEN_LENGTH
`define INTAGLIO_GOLDEN_LENGTH 256
`endif
`ifndef INTAGLIO_GOLDEN_TILE
`define INTAGLIO_GOLDEN_TILE 4096
`endif

package intaglio_golden;
  localparam int Length = `INTAGLIO_GOLDEN_LENGTH;  // codes, values and results of one call
  localparam int Tile = `INTAGLIO_GOLDEN_TILE;  // operands, weights and accumulators of one call

  typedef enum int {
    OK, NULL_POINTER, COUNT, RULE, FORM, MULTIPLIER, OPERAND, CODEBOOK
  } status_t;

  typedef enum int {
    SINGLE, GEMMLOWP_DOUBLE, HALF_UP_DOUBLE, TOSA_DOUBLE, HALF_EVEN, HALF_AWAY,
    FLOOR, CEILING, TOWARD_ZERO, ONNX_FLOAT32
  } rule_t;

  typedef enum int {GDN, IGDN, GDN1, IGDN1} form_t;

  import "DPI-C" function int intaglio_golden_decode(
    input int entries[256],
    input int entry_count,
    input int offset,
    input byte unsigned codes[Length],
    input int count,
    output int values[Length]
  );

  import "DPI-C" function int intaglio_golden_encode(
    input int thresholds[255],
    input int threshold_count,
    input int offset,
    input int results[Length],
    input int count,
    output byte unsigned codes[Length]
  );

  import "DPI-C" function int intaglio_golden_requantize(
    input int rule,
    input longint accumulator,
    input int unsigned mantissa,
    input int exponent,
    input int result_bits,
    output int result
  );

  // operands [pixels][depth], weights [channels][depth] and accumulators [pixels][channels],
  // row by row.
  import "DPI-C" function int intaglio_golden_mac_tile(
    input shortint operands[Tile],
    input shortint weights[Tile],
    input int pixels,
    input int channels,
    input int depth,
    input int accumulator_bits,
    inout longint accumulators[Tile]
  );

  import "DPI-C" function int intaglio_golden_normalize(
    input int form,
    input int value,
    input longint norm,
    input int unsigned scale,
    input int shift,
    input int result_bits,
    output int result
  );

  // By segments; entries beyond 2^index_bits are not read.
  import "DPI-C" function int intaglio_golden_normalize_table(
    input int form,
    input int value,
    input longint norm,
    input int unsigned scale,
    input int shift,
    input int index_bits,
    input int offset_bits,
    input int base_bits,
    input int slope_shift,
    input int unsigned bases[256],
    input int slopes[256],
    input int result_bits,
    output int result
  );
endpackage
