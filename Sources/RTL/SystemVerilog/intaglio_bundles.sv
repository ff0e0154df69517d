// What travels together between the units of the compute engine.
//
// Members are whole vectors, one part for each lane, and without a sign: Icarus 11 takes a bundle
// as a port only by a name that is imported in the module's header, no arrays of bundles, no
// assignment to a part of a member, and loses a member's sign. A unit drives each member at once
// from a vector of its own.
package intaglio_bundles;
    localparam int C0               = intaglio_constants::INPUT_CHANNEL_LANES;
    localparam int K0               = intaglio_constants::OUTPUT_CHANNEL_LANES;
    localparam int P0               = intaglio_constants::PIXEL_LANES;
    localparam int ACCUMULATOR_BITS = intaglio_constants::ACCUMULATOR_BITS;
    localparam int RESULTS          = intaglio_constants::RESULT_LANES;
    // Of a number of input lanes
    localparam int LANE_BITS        = $clog2(C0 + 1);

    // One cycle of a step of the MAC array.
    typedef struct packed {
        // The step is complete in this cycle
        logic             fire;
        // Of the steps of a sum
        logic             first_step;
        logic             last_step;
        // Of the two accumulators
        logic             bank;
        // Channel of input lane 0, and how many lanes from there on have one
        logic [31:0]      channel_index;
        logic [31:0]      channels_left;
        // Pixels that are 0, and words that are taken in this cycle
        logic [P0-1:0]    padding;
        // Input lanes of each pixel that lie in the picture: from the first to that before the end
        logic [LANE_BITS*P0-1:0] first_lanes;
        logic [LANE_BITS*P0-1:0] end_lanes;
        logic [P0-1:0]    served_pixels;
        logic [C0*K0-1:0] served_weights;
    } step_t;

    // Which K0 x P0 sums of a pass: the tag that the MAC array keeps beside their last step.
    typedef struct packed {
        // No others of the pass follow
        logic        last;
        // Group of channels of the layer; row, first column and first channel
        logic [31:0] group;
        logic [31:0] row;
        logic [31:0] column;
        logic [31:0] channel;
    } group_t;

    // Partial sums for the accumulator buffer.
    typedef struct packed {
        logic [K0-1:0]                  lanes;
        logic [32*K0-1:0]               addresses;
        logic [ACCUMULATOR_BITS*K0-1:0] sums;
    } partial_write_t;

    // Reads of one operand of the result lanes: the element, then its record and the value of its
    // code, a register later.
    typedef struct packed {
        logic [32*RESULTS-1:0] element_addresses;
        logic [32*RESULTS-1:0] record_addresses;
        logic [8*RESULTS-1:0]  codes;
    } operand_reads_t;

    // What the result lanes round and encode.
    typedef struct packed {
        logic [RESULTS-1:0]     valid;
        // With the last of a command
        logic                   last;
        logic [64*RESULTS-1:0]  sums;
        // Values of the operands: the one that is normalized, or both that are added
        logic [16*RESULTS-1:0]  firsts;
        logic [16*RESULTS-1:0]  seconds;
        // Result records, and where the elements go
        logic [192*RESULTS-1:0] records;
        logic [32*RESULTS-1:0]  addresses;
    } unrounded_t;

    // Elements for the activation buffer: one byte each, or two where is_wide.
    typedef struct packed {
        logic [RESULTS-1:0]    lanes;
        logic                  is_wide;
        logic [32*RESULTS-1:0] addresses;
        logic [16*RESULTS-1:0] elements;
    } result_write_t;
endpackage
