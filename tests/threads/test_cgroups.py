"""The CPU quota of any cgroup layout, written to a folder and read from there."""

import pytest

from fastcv import _core

V1 = "30 25 0:26 {root} {at} rw,nosuid - cgroup cgroup rw,{controllers}\n"
V2 = "30 25 0:26 {root} {at} rw,nosuid - cgroup2 cgroup2 rw\n"


@pytest.fixture
def machine(tmp_path):
    """machine(cgroup lines, mount lines, {file: text}) -> CPUs."""

    def make(cgroup, mounts, files):
        contents = {"proc/self/cgroup": cgroup, "proc/self/mountinfo": mounts, **files}
        for name, text in contents.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return _core._cgroup_cpus(tmp_path)

    return make


def v2(root="/"):
    return V2.format(root=root, at="/sys/fs/cgroup")


def v1(root="/", controllers="cpu,cpuacct"):
    return V1.format(root=root, at="/sys/fs/cgroup/cpu", controllers=controllers)


def quota_v1(group, quota, period=100000):
    folder = f"sys/fs/cgroup/cpu{group}"
    return {
        f"{folder}/cpu.cfs_quota_us": f"{quota}\n",
        f"{folder}/cpu.cfs_period_us": f"{period}\n",
    }


@pytest.mark.parametrize(
    ("text", "cpus"),
    [
        ("max 100000", 0),
        ("200000 100000", 2),
        ("250000 100000", 2),
        ("50000 100000", 1),
        ("400000 50000", 8),
        ("100000000000 100000", 1024),
        ("-1 100000", 0),
        ("0 100000", 0),
        ("200000 0", 0),
        ("200000", 0),
        ("nonsense", 0),
        ("nan nan", 0),
        ("", 0),
    ],
)
def test_v2_quotas(machine, text, cpus):
    assert machine("0::/a\n", v2(), {"sys/fs/cgroup/a/cpu.max": text}) == cpus


@pytest.mark.parametrize(
    ("quota", "cpus"), [(-1, 0), (300000, 3), (150000, 1), (10000, 1), ("", 0)]
)
def test_v1_quotas(machine, quota, cpus):
    cgroup = "12:memory:/x\n5:cpu,cpuacct:/a\n0::/\n"
    assert machine(cgroup, v1(), quota_v1("/a", quota)) == cpus


def test_the_tightest_of_all_ancestors_counts(machine):
    files = {
        "sys/fs/cgroup/a/b/c/cpu.max": "max 100000",
        "sys/fs/cgroup/a/b/cpu.max": "700000 100000",
        "sys/fs/cgroup/a/cpu.max": "300000 100000",
        "sys/fs/cgroup/cpu.max": "900000 100000",
    }
    assert machine("0::/a/b/c\n", v2(), files) == 3


def test_v1_ancestors(machine):
    files = {**quota_v1("/a/b", 800000), **quota_v1("/a", 200000), **quota_v1("", -1)}
    assert machine("3:cpu:/a/b\n", v1(controllers="cpu"), files) == 2


def test_a_container_with_its_own_namespace_sees_its_group_as_root(machine):
    assert machine("0::/\n", v2(), {"sys/fs/cgroup/cpu.max": "400000 100000"}) == 4


def test_a_container_without_sees_the_hosts_path_mounted_at_its_root(machine):
    files = quota_v1("", 500000)
    assert machine("4:cpu,cpuacct:/docker/f00\n", v1("/docker/f00"), files) == 5
    files = quota_v1("/sub", 300000)
    assert machine("4:cpu,cpuacct:/docker/f00/sub\n", v1("/docker/f00"), files) == 3


def test_a_path_that_is_not_below_the_mount_reads_the_mount(machine):
    assert machine("4:cpu:/elsewhere\n", v1("/docker/f00"), quota_v1("", 200000)) == 2
    assert machine("4:cpu:/docker/f00bar\n", v1("/docker/f00"), quota_v1("", 200000)) == 2


def test_both_versions_at_once(machine):
    files = {**quota_v1("/a", 600000), "sys/fs/cgroup/unified/a/cpu.max": "400000 100000"}
    mounts = v1() + V2.format(root="/", at="/sys/fs/cgroup/unified")
    assert machine("2:cpu,cpuacct:/a\n0::/a\n", mounts, files) == 4


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (r"a\040b", "a b"),
        (r"a\011b", "a\tb"),
        (r"a\012b", "a\nb"),
        (r"a\134b", "a\\b"),
        (r"a\134040b", r"a\040b"),
        (r"\040\040", "  "),
    ],
)
def test_escapes_of_mountinfo_are_undone(machine, written, name):
    """A quota of 2.5 CPUs, of a mount point and a mount root with such a name."""
    quota = "250000 100000"
    mount = V2.format(root="/", at=f"/mnt/{written}/cgroup")
    assert machine("0::/g\n", mount, {f"mnt/{name}/cgroup/g/cpu.max": quota}) == 2
    mount = V1.format(root=f"/{written}", at=f"/mnt/{written}", controllers="cpu")
    if "\n" not in name:  # the kernel allows no newline in a group's name
        files = {
            f"mnt/{name}/g/cpu.cfs_quota_us": "350000",
            f"mnt/{name}/g/cpu.cfs_period_us": "100000",
        }
        assert machine(f"3:cpu:/{name}/g\n", mount, files) == 3


@pytest.mark.parametrize("name", ["\\", r"\04", r"\9", r"\08", r"x\04x"])
def test_what_is_no_escape_stays(machine, name):
    mount = V2.format(root="/", at=f"/mnt/{name}")
    assert machine("0::/g\n", mount, {f"mnt/{name}/g/cpu.max": "250000 100000"}) == 2


def test_lines_of_any_length(machine):
    """Paths of almost PATH_MAX; a mount line far longer."""
    path = "/" + "/".join(["d" * 200] * 15)
    mounts = "1 2 0:3 / /x rw - overlay overlay rw," + "lowerdir=/y" * 3000 + "\n" + v2()
    assert machine(f"0::{path}\n", mounts, {"sys/fs/cgroup/cpu.max": "300000 100000"}) == 3
    files = {f"sys/fs/cgroup{path}/cpu.max": "200000 100000"}
    assert machine(f"0::{path}\n", mounts, files) == 2


def test_cpuset_is_not_cpu(machine):
    mounts = V1.format(root="/", at="/sys/fs/cgroup/cpu", controllers="cpuset")
    assert machine("2:cpuset:/a\n", mounts, quota_v1("/a", 100000)) == 0


@pytest.mark.parametrize(
    ("cgroup", "mounts"),
    [
        ("", ""),
        ("junk\n", "junk\n"),
        ("0::/a\n", ""),
        ("", v2()),
        ("::\n", " - \n"),
        ("0::/a", "- - -"),
    ],
)
def test_what_makes_no_sense_sets_no_quota(machine, cgroup, mounts):
    assert machine(cgroup, mounts, {"sys/fs/cgroup/other/cpu.max": "100000 100000"}) == 0


def test_nothing_there(tmp_path):
    assert _core._cgroup_cpus(tmp_path / "none") == 0
    assert _core._cgroup_cpus(tmp_path / ("x" * 9000)) == 0


def test_the_machine_itself():
    assert 0 <= _core._cgroup_cpus("") <= 1024
