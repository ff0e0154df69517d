"""One layer on the machine under cocotb: starts the clock, and compares in every cycle what starts and ends, every beat and every byte that is stored, and the saturated results.

    python3 test_layer.py [icarus|verilator] [MACHINE SOURCE...]

Without a machine the bundled one is tested. Paths are taken from the current folder. Needs cocotb (pip install cocotb) and the simulator.
"""
import json
import os
import pathlib
import re
import subprocess
import sys

# Compiled before the modules, in this order.
PACKAGES = ["intaglio_constants.sv", "intaglio_bundles.sv"]
FOLDER = pathlib.Path(os.environ.get("LAYER_FOLDER", pathlib.Path(__file__).resolve().parent))
MANIFEST = json.loads((FOLDER / "manifest.json").read_text())
QUEUES = ["load", "compute", "store"]
# Cycles after the end in which nothing may happen.
TAIL = 64


def words(name):
    """The words of a $readmemh file as integers."""
    return [int(line, 16) for line in (FOLDER / name).read_text().splitlines() if not line.startswith("//")]


class Commands:
    """The commands of one engine: when each starts and ends, and its words by name."""

    def __init__(self, engine, timing, begin):
        self.name, fields = QUEUES[engine], MANIFEST["commandFields"]
        self.count = int(next(a for a in MANIFEST["arguments"] if a.startswith(f"+{self.name}s=")).split("=")[1])
        self.cycles = [timing[2 * (begin + number):2 * (begin + number) + 2] for number in range(self.count)]
        self.seen = [0, 0]
        self.words, self.fields = words(f"{self.name}.hex"), fields["compute" if engine == 1 else "transfer"]

    def describe(self, number):
        if number >= self.count:
            return ""
        size = len(self.words) // self.count
        values = self.words[number * size:(number + 1) * size]
        fields = self.fields
        if self.name == "compute" and values[MANIFEST["commandFields"]["compute"]["kind"]] == 1:
            fields = MANIFEST["commandFields"]["elementwise"]
        named = sorted((place, name) for name, place in fields.items())
        lines = [f"    {name} = {values[place] - (values[place] >> 31 << 32)}" for place, name in named]
        return "\n".join([f"\n  {self.name} command {number}:"] + lines)

    def check(self, cycle, place, signal, observed):
        """One bit of start (place 0) or done (1): high in the cycle of the next command, otherwise low."""
        number = self.seen[place]
        due = number < self.count and self.cycles[number][place] == cycle
        when = f"expected in cycle {self.cycles[number][place]}" if number < self.count else f"expected 0, there are {self.count} commands"
        assert observed == str(int(due)), f"mismatch: cycle {cycle}, {signal} of {self.name} command {number}: {when}, observed {observed}" + self.describe(number)
        self.seen[place] += int(due)


async def check(dut):
    import cocotb
    from cocotb.clock import Clock
    from cocotb.triggers import ReadOnly, RisingEdge

    expected, timing, bursts = words("expected.hex"), words("timing.hex"), words("bursts.hex")
    engines, begin = [], 0
    for engine in range(3):
        engines.append(Commands(engine, timing, begin))
        begin += engines[-1].count
    cocotb.start_soon(Clock(dut.clock, 10, "ns").start())
    while str(dut.reset.value) != "0":
        await RisingEdge(dut.clock)
        await ReadOnly()
    end, lanes = MANIFEST["cycles"], len(dut.write_lanes)
    stored, saturated = 0, 0
    # Runs of beats of the loads and of the stores.
    runs = [[(bursts[place], bursts[place + 1]) for place in range(0, len(bursts), 3) if bursts[place + 2] == side] for side in range(2)]
    seen = [0, 0]
    for cycle in range(end + TAIL + 1):
        for signal, place in (("start", 0), ("done", 1)):
            bits = str(getattr(dut, signal).value)
            for engine in range(3):
                engines[engine].check(cycle, place, signal, bits[2 - engine])
        beat = str(dut.beat.value)
        for side in range(2):
            due = seen[side] < len(runs[side]) and runs[side][seen[side]][0] <= cycle
            assert beat[1 - side] == str(int(due)), f"mismatch: cycle {cycle}, beat[{side}], run {seen[side]}: expected {int(due)}, observed {beat[1 - side]}"
            seen[side] += int(due and runs[side][seen[side]][1] == cycle)
        if beat[0] == "1":
            first, mask, written = int(dut.write_address.value), str(dut.write_lanes.value), str(dut.write_data.value)
            for lane in range(lanes):
                if mask[lanes - 1 - lane] != "0":
                    place = 8 * (lanes - 1 - lane)
                    observed = written[place:place + 8]
                    assert observed == format(expected[first + lane], "08b"), (
                        f"mismatch: cycle {cycle}, write_data, external address {first + lane}: expected {expected[first + lane]:08b}, observed {observed}"
                        + engines[2].describe(max(0, engines[2].seen[0] - 1)))
                    stored += 1
        saturated += sum(bit != "0" for bit in str(dut.saturated.value))
        finished = str(dut.finished.value)
        assert finished == str(int(cycle >= end)), f"mismatch: cycle {cycle}, finished: expected {int(cycle >= end)}, observed {finished}; it is high from cycle {end} on"
        await RisingEdge(dut.clock)
        await ReadOnly()
    assert saturated == MANIFEST["saturatedResults"], f"mismatch: saturated: expected {MANIFEST['saturatedResults']} results in all, observed {saturated}"
    dut._log.info(f"all equal: {end} cycles, {sum(engine.count for engine in engines)} commands, {stored} bytes stored")


def require_version():
    """cocotb 2 uses parts of Verilator's VPI that came with 5.036; with an older one its own C++ does not compile."""
    import cocotb

    said = subprocess.run(["verilator", "--version"], capture_output=True, text=True).stdout
    found = re.search(r"(\d+)\.(\d+)", said)
    if found and int(cocotb.__version__.split(".")[0]) >= 2 and (int(found[1]), int(found[2])) < (5, 36):
        sys.exit(f"error: cocotb {cocotb.__version__} needs Verilator 5.036 or later, found {found[0]}: use icarus here; run_verilator.sh runs without cocotb")


if __name__ == "__main__":
    try:
        from cocotb_tools.runner import get_runner
    except ImportError:
        from cocotb.runner import get_runner
    simulator = sys.argv[1] if len(sys.argv) > 1 else "icarus"
    if simulator == "verilator":
        require_version()
    modules = sorted(str(path) for path in FOLDER.glob("intaglio_*.sv") if path.name not in PACKAGES + ["intaglio_clock.sv"])
    sources = [str(pathlib.Path(path).resolve()) for path in sys.argv[3:]]
    defines = {"INTAGLIO_MACHINE": sys.argv[2]} if len(sys.argv) > 2 else {}
    # The testbench loads memory and commands; all comparing is done here.
    inputs = ("+memory", "+last", "+load", "+compute", "+store", "+limit")
    arguments = [a for a in MANIFEST["arguments"] if a.startswith(inputs)] + ["+cocotb"]
    build = {"icarus": ["-g2012"], "verilator": ["-Wno-fatal", "-Wno-lint", "--unroll-count", "8192", "--unroll-stmts", "1000000"]}[simulator]
    os.chdir(FOLDER)
    runner = get_runner(simulator)
    runner.build(sources=[str(FOLDER / name) for name in PACKAGES] + modules + sources, hdl_toplevel="intaglio_testbench", defines=defines, build_args=build,
                 build_dir=str(FOLDER / f"cocotb_{simulator}"), timescale=("1ns", "1ps"), always=True)
    results = runner.test(hdl_toplevel="intaglio_testbench", test_module="test_layer", plusargs=arguments, test_dir=str(FOLDER), extra_env={"LAYER_FOLDER": str(FOLDER)})
    import xml.etree.ElementTree as tree
    # A simulator that ends before the test says nothing of it.
    cases = list(tree.parse(results).iter("testcase"))
    sys.exit(not cases or any(case.find("failure") is not None or case.find("error") is not None for case in cases))
else:
    import cocotb

    check = cocotb.test()(check)
