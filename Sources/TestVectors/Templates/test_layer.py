"""One layer on the machine under cocotb: starts the clock, and compares every byte that is stored and the cycle of every command.

    python3 test_layer.py [icarus|verilator] [MACHINE SOURCE...]

Without a machine the bundled one is tested. Needs cocotb (pip install cocotb) and the simulator.
"""
import json
import os
import pathlib
import re
import subprocess
import sys

FOLDER = pathlib.Path(os.environ.get("LAYER_FOLDER", pathlib.Path(__file__).resolve().parent))
MANIFEST = json.loads((FOLDER / "manifest.json").read_text())
QUEUES = ["load", "compute", "store"]


def words(name):
    """The words of a $readmemh file as integers."""
    return [int(line, 16) for line in (FOLDER / name).read_text().splitlines() if not line.startswith("//")]


async def check(dut):
    import cocotb
    from cocotb.clock import Clock
    from cocotb.triggers import ReadOnly, RisingEdge

    expected, timing = words("expected.hex"), words("timing.hex")
    counts = [int(next(a for a in MANIFEST["arguments"] if a.startswith(f"+{queue}s=")).split("=")[1]) for queue in QUEUES]
    begins = [0, counts[0], counts[0] + counts[1]]
    cocotb.start_soon(Clock(dut.clock, 10, "ns").start())
    while int(dut.reset.value) == 1 if dut.reset.value.is_resolvable else True:
        await RisingEdge(dut.clock)
        await ReadOnly()
    ended, stored, cycle = [0, 0, 0], 0, 0
    lanes = len(dut.beat_lanes)
    while True:
        if int(dut.finished.value) == 1:
            break
        for engine, name in enumerate(QUEUES):
            for signal, place in (("start", 0), ("done", 1)):
                if (int(getattr(dut, signal).value) >> engine) & 1:
                    due = timing[2 * (begins[engine] + ended[engine]) + place]
                    assert due == cycle, f"mismatch: cycle {cycle}, {signal} of {name} command {ended[engine]}: expected in cycle {due}"
                    ended[engine] += place
        if int(dut.beat.value) and int(dut.beat_is_store.value):
            first, mask, data = int(dut.beat_address.value), int(dut.beat_lanes.value), dut.write_data.value
            assert data.is_resolvable, f"mismatch: cycle {cycle}, write_data observed {data}"
            for lane in range(lanes):
                if (mask >> lane) & 1:
                    observed = (int(data) >> (8 * lane)) & 255
                    assert observed == expected[first + lane], (
                        f"mismatch: cycle {cycle}, write_data, external address {first + lane}: expected {expected[first + lane]:02x}, observed {observed:02x}")
                    stored += 1
        await RisingEdge(dut.clock)
        await ReadOnly()
        cycle += 1
        assert cycle < 2 * MANIFEST["cycles"] + 10000, f"mismatch: cycle {cycle}, finished: expected 1, observed 0"
    assert ended == counts and cycle == MANIFEST["cycles"], f"mismatch: {ended} commands in {cycle} cycles, expected {counts} in {MANIFEST['cycles']}"
    dut._log.info(f"all equal: {cycle} cycles, {sum(ended)} commands, {stored} bytes stored")


def require_version():
    """cocotb 2 uses parts of Verilator's VPI that came with 5.036; with an older one its own C++ does not compile."""
    import cocotb

    said = subprocess.run(["verilator", "--version"], capture_output=True, text=True).stdout
    found = re.search(r"(\d+)\.(\d+)", said)
    if found and int(cocotb.__version__.split(".")[0]) >= 2 and (int(found[1]), int(found[2])) < (5, 36):
        sys.exit(f"error: cocotb {cocotb.__version__} needs Verilator 5.036 or later, found {found[0]}: use icarus here; run_verilator.sh runs without cocotb")


if __name__ == "__main__":
    from cocotb_tools.runner import get_runner

    simulator = sys.argv[1] if len(sys.argv) > 1 else "icarus"
    if simulator == "verilator":
        require_version()
    modules = sorted(str(path) for path in FOLDER.glob("intaglio_*.sv") if path.name not in ("intaglio_constants.sv", "intaglio_clock.sv"))
    defines = {"INTAGLIO_MACHINE": sys.argv[2]} if len(sys.argv) > 2 else {}
    # The testbench loads memory and commands; it ends the simulation itself only where it checks, so here it is told of no end.
    arguments = [a for a in MANIFEST["arguments"] if not a.startswith(("+expected", "+timing"))] + ["+cocotb"]
    build = {"icarus": ["-g2012"], "verilator": ["-Wno-fatal", "-Wno-lint", "--unroll-count", "8192", "--unroll-stmts", "1000000"]}[simulator]
    os.chdir(FOLDER)
    runner = get_runner(simulator)
    runner.build(sources=[str(FOLDER / "intaglio_constants.sv")] + modules + sys.argv[3:], hdl_toplevel="intaglio_testbench", defines=defines, build_args=build,
                 build_dir=str(FOLDER / f"cocotb_{simulator}"), timescale=("1ns", "1ps"), always=True)
    results = runner.test(hdl_toplevel="intaglio_testbench", test_module="test_layer", plusargs=arguments, test_dir=str(FOLDER), extra_env={"LAYER_FOLDER": str(FOLDER)})
    import xml.etree.ElementTree as tree
    sys.exit(any(case.find("failure") is not None for case in tree.parse(results).iter("testcase")))
else:
    import cocotb

    check = cocotb.test()(check)
