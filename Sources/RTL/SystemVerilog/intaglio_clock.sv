// A clock for simulators that have no driver of their own.
module intaglio_clock;
    reg clock;
    initial clock = 1'b0;
    always #1 clock = !clock;
    intaglio_testbench testbench (.clock(clock));
endmodule
