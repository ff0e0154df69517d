// Checks values of docs/arithmetic.md through the shared library, and prints PASS.
// docs/golden-model.md says how to build it.
module golden_example;
  import intaglio_golden::*;

  int failures = 0;

  task automatic check(input string what, input longint found, input longint expected);
    if (found != expected) begin
      $display("%s: found %0d, expected %0d", what, found, expected);
      failures++;
    end
  endtask

  // The rounding table: accumulators -3 -2 -1 1 2 3 times 1/4.
  localparam int Accumulators[6] = '{-3, -2, -1, 1, 2, 3};
  localparam int Rounded[10][6] = '{
    '{-1, 0, 0, 0, 1, 1},
    '{-1, -1, 0, 1, 1, 1},
    '{0, 0, 0, 1, 1, 1},
    '{-1, -1, 0, 1, 1, 1},
    '{-1, 0, 0, 0, 0, 1},
    '{-1, -1, 0, 0, 1, 1},
    '{-1, -1, -1, 0, 0, 0},
    '{0, 0, 0, 1, 1, 1},
    '{0, 0, 0, 0, 0, 0},
    '{-1, 0, 0, 0, 0, 1}};

  task automatic check_rounding;
    int result;
    for (int rule = 0; rule < 10; rule++)
      for (int i = 0; i < 6; i++) begin
        check("status",
              longint'(intaglio_golden_requantize(rule, longint'(Accumulators[i]), 32'h4000_0000,
                                                  -1, 32, result)),
              longint'(OK));
        check($sformatf("rule %0d of %0d", rule, Accumulators[i]),
              longint'(result), longint'(Rounded[rule][i]));
      end
    check("rule 10",
          longint'(intaglio_golden_requantize(10, 1, 32'h4000_0000, -1, 32, result)),
          longint'(RULE));
  endtask

  // -7 over the norm 2: 4.95, 9.90, 3.5 and 14, the sign put back last.
  localparam int Normalized[4] = '{-5, -10, -4, -14};

  task automatic check_normalization;
    int result;
    for (int form = 0; form < 4; form++) begin
      check("status",
            longint'(intaglio_golden_normalize(form, -7, 2, 1, 0, 32, result)), longint'(OK));
      check($sformatf("form %0d", form), longint'(result), longint'(Normalized[form]));
    end
  endtask

  // The entries 3 and 6 and the threshold 5 between them, moved by 100.
  task automatic check_codebook;
    int entries[256], thresholds[255], values[Length], results[Length];
    byte unsigned codes[Length];
    entries[0] = 3;
    entries[1] = 6;
    thresholds[0] = 5;
    codes[0] = 1;
    codes[1] = 0;
    check("status",
          longint'(intaglio_golden_decode(entries, 2, 100, codes, 2, values)), longint'(OK));
    check("value of code 1", longint'(values[0]), 106);
    check("value of code 0", longint'(values[1]), 103);
    results[0] = 104;
    results[1] = 105;
    check("status",
          longint'(intaglio_golden_encode(thresholds, 1, 100, results, 2, codes)), longint'(OK));
    check("code of 4", longint'(codes[0]), 0);
    check("code of 5", longint'(codes[1]), 1);
  endtask

  // One pixel, two channels, three products each, onto accumulators that already hold 100 and 200.
  task automatic check_tile;
    shortint operands[Tile], weights[Tile];
    longint accumulators[Tile];
    operands[0:2] = '{1, -2, 3};
    weights[0:5] = '{4, 5, 6, -7, 8, 9};
    accumulators[0:1] = '{100, 200};
    check("status",
          longint'(intaglio_golden_mac_tile(operands, weights, 1, 2, 3, 32, accumulators)),
          longint'(OK));
    check("channel 0", accumulators[0], 112);
    check("channel 1", accumulators[1], 204);
  endtask

  initial begin
    check_rounding();
    check_normalization();
    check_codebook();
    check_tile();
    if (failures != 0) $fatal(1, "%0d differences", failures);
    $display("PASS");
    $finish;
  end
endmodule
