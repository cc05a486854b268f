"""The charts of the textbooks give the numbers of R's qcc 2.7 on its own data sets."""

from __future__ import annotations

import numpy as np
import pytest

from dicomlab.drift.classic import (
    constants,
    count_chart,
    cusum_chart,
    ewma_chart,
    individuals_chart,
    mean_chart,
    moving_range_chart,
    nelson_rules,
    range_chart,
    rate_chart,
    run_of,
    sd_chart,
    sd_of_moving_ranges,
    sd_within,
    share_chart,
    western_electric_rules,
)

# Inside diameters of forged piston rings, thousandths of a millimetre over 73.9 mm, 40 samples of
# five (Montgomery, Introduction to Statistical Quality Control, Table 6.3; R: qcc::pistonrings).
RINGS = (
    73.9
    + np.array(
        """
    130 102 119  92 108   95  92 101 111 104   88 124 121 105 102  102  96  93 115 109   92 107 115  89 114
    109  94  97  85  93   95 106  94 100 105   85 103  93 115  88  108  95 109 105 104   98 100  90 107  95
     94  98  94  95  90  104 100 107 100  96   83 102  98  97 112  106  67  94 100  84  112 114  98  99 107
    100  84 105  98  96   94 112  86 105 107  106 110 118 103 100   84 102 103 105  97  100 110 113 120 103
     88 101 109 105  96  104  99  90 106 109  110  89  90 109 114  115 108  93 100 110   82  84  95 117 113
    112 115 130  86 100   95 110  90 115 101   87  99  85 100  90  108 110 103  91 106  103 100 101  86  97
     94 103 115 120 104  108 102 118  95 105  101 104  90  96  98  115 100 116 125 100  130 105 100 116 112
    101  90  95 110 124  115 120 124 105 119  135 110 112 115 126  117 113 136 125 126  110 105 129 100 120
    """.split(),
        float,
    ).reshape(40, 5)
    / 1000
)
VISCOSITY = np.array(
    "33.75 33.05 34 33.81 33.46 34.02 33.68 33.27 33.49 33.2 33.62 33 33.54 33.12 33.84".split(), float
)
# Flow of the Nile at Aswan, 1871 to 1970 (R: Nile).
NILE = np.array(
    """
    1120 1160 963 1210 1160 1160 813 1230 1370 1140 995 935 1110 994 1020 960 1180 799 958 1140 1100 1210
    1150 1250 1260 1220 1030 1100 774 840 874 694 940 833 701 916 692 1020 1050 969 831 726 456 824 702 1120
    1100 832 764 821 768 845 864 862 698 845 744 796 1040 759 781 865 845 944 984 897 822 1010 771 676 649
    846 812 742 801 1040 860 874 848 890 744 749 838 1050 918 986 797 923 975 815 1020 906 901 1170 912 746
    919 718 714 740
    """.split(),
    float,
)
ORANGE_JUICE = [
    *(12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22),
    *(8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6),
]
CIRCUITS = [
    *(21, 24, 16, 12, 15, 5, 28, 20, 31, 25, 20, 24, 16, 19, 10),
    *(17, 13, 22, 18, 39, 30, 24, 16, 19, 17, 15),
]
COMPUTERS = [10, 12, 8, 14, 10, 16, 11, 7, 10, 15, 9, 5, 7, 11, 12, 6, 8, 10, 7, 5]
CLOTH = [14, 12, 20, 11, 7, 10, 21, 16, 19, 23], [10, 8, 13, 10, 9.5, 10, 12, 10.5, 12, 12.5]


def beyond(chart):
    """The numbers, from one, of points beyond the limits."""
    return (np.flatnonzero(chart["is_beyond"]) + 1).tolist()


@pytest.mark.parametrize(
    ("n", "d2", "d3", "c4"),
    [
        (2, 1.128379167, 0.8525024665, 0.7978845608),
        (3, 1.692568751, 0.888368004, 0.8862269255),
        (4, 2.058750746, 0.8798082028, 0.9213177319),
        (5, 2.325928947, 0.8640819411, 0.939985603),
        (7, 2.704356751, 0.8332053357, 0.9593687887),
        (10, 3.07750546, 0.7970506737, 0.9726592741),
        (25, 3.930629176, 0.708440834, 0.9896403756),
    ],
)
def test_constants(n, d2, d3, c4):
    found = constants(n)
    assert (found.d2, found.d3, found.c4) == pytest.approx((d2, d3, c4), rel=1e-7)


def test_single_values():
    chart = individuals_chart(VISCOSITY)
    assert chart["center"][0] == pytest.approx(33.5233333, rel=1e-9)
    assert (chart["lower"][0], chart["upper"][0]) == pytest.approx((32.24526750, 34.80139916), rel=1e-9)
    rounded = individuals_chart(VISCOSITY, decimals=3)
    assert (rounded["lower"][0], rounded["upper"][0]) == pytest.approx((32.24483789, 34.80182877), rel=1e-9)
    ranges = moving_range_chart(VISCOSITY)
    assert np.isnan(ranges["statistic"][0])
    assert ranges["center"][1] == pytest.approx(0.4807142857, rel=1e-9)
    assert ranges["upper"][1] == pytest.approx(3.2665 * 0.480714, rel=1e-4)


def test_single_values_of_a_river():
    chart = individuals_chart(NILE, decimals=3)
    assert chart["center"][0] == pytest.approx(919.35)
    assert sd_of_moving_ranges(NILE, decimals=3) == pytest.approx(118.1316713, rel=1e-9)
    assert (chart["lower"][0], chart["upper"][0]) == pytest.approx((564.955, 1273.745), rel=1e-6)
    assert beyond(chart) == [9, 43]


def test_means_of_samples():
    chart = mean_chart(RINGS, baseline=25, decimals=3)
    assert chart["center"][0] == pytest.approx(74.001176, rel=1e-9)
    assert sd_within(RINGS[:25], decimals=3) == pytest.approx(0.00978504, rel=1e-6)
    assert (chart["lower"][0], chart["upper"][0]) == pytest.approx((73.98804799, 74.01430401), abs=1e-8)
    assert beyond(chart) == [37, 38, 39]
    by_sd = mean_chart(RINGS, baseline=25, by="sd")
    assert sd_within(RINGS[:25], by="sd") == pytest.approx(0.00982998, rel=1e-6)
    assert (by_sd["lower"][0], by_sd["upper"][0]) == pytest.approx((73.98798770, 74.01436430), abs=1e-8)


def test_seven_means_in_a_row_on_one_side():
    chart = mean_chart(RINGS, baseline=25, decimals=3)
    above = chart["statistic"] > chart["center"]
    assert (np.flatnonzero(run_of(above, 7)) + 1).tolist() == [40]


def test_ranges_and_standard_deviations_of_samples():
    ranges, spread = range_chart(RINGS[:25], decimals=3), sd_chart(RINGS[:25])
    assert (ranges["center"][0], ranges["upper"][0]) == pytest.approx((0.02276, 0.04812533), rel=5e-6)
    assert (spread["center"][0], spread["upper"][0]) == pytest.approx((0.00924004, 0.01930242), rel=1e-6)
    assert ranges["lower"][0] == spread["lower"][0] == 0


def test_weighted_means():
    sd = sd_within(RINGS[:25], decimals=3) / np.sqrt(5)
    chart = ewma_chart(RINGS.mean(axis=1), center=RINGS[:25].mean(), sd=sd)
    assert chart["statistic"][:5].tolist() == pytest.approx(
        [74.0029808, 74.00250464, 74.00360371, 74.00348297, 74.00346638], abs=1e-8
    )
    assert (chart["lower"][0], chart["upper"][0]) == pytest.approx((73.99855040, 74.00380160), abs=1e-8)
    assert (chart["lower"][4], chart["upper"][4]) == pytest.approx((73.99704160, 74.00531040), abs=1e-8)
    narrow = ewma_chart(RINGS.mean(axis=1), center=RINGS[:25].mean(), sd=sd, width=2.7)
    assert [n for n in beyond(narrow) if n > 25] == [35, 37, 38, 39, 40]


def test_cumulative_sums():
    sd = sd_within(RINGS[:25], decimals=3) / np.sqrt(5)
    chart = cusum_chart(RINGS.mean(axis=1), center=RINGS[:25].mean(), sd=sd)
    assert chart["above"][35:].tolist() == pytest.approx(
        [4.16270, 7.18738, 10.89762, 15.47622, 17.63253], abs=1e-4
    )
    assert beyond(chart) == [37, 38, 39, 40]


def test_shares():
    chart = share_chart(ORANGE_JUICE, [50] * 30)
    assert chart["center"][0] == pytest.approx(0.2313333, abs=1e-7)
    assert (chart["lower"][0], chart["upper"][0]) == pytest.approx((0.05242755, 0.41023912), abs=1e-8)
    assert beyond(chart) == [15, 23]


def test_laney_widens_the_limits_of_large_samples_that_really_differ():
    rng = np.random.default_rng(1)
    counts = rng.binomial(10_000, np.clip(rng.normal(0.2, 0.02, 60), 0, 1))
    assert len(beyond(share_chart(counts, [10_000] * 60))) > 15
    assert len(beyond(share_chart(counts, [10_000] * 60, laney=True))) <= 1


def test_counts():
    chart = count_chart(CIRCUITS)
    assert chart["center"][0] == pytest.approx(19.84615, abs=1e-5)
    assert (chart["lower"][0], chart["upper"][0]) == pytest.approx((6.481447, 33.210861), abs=1e-6)
    assert beyond(chart) == [6, 20]


def test_rates():
    chart = rate_chart(COMPUTERS, [5] * 20)
    assert (chart["center"][0], chart["lower"][0]) == pytest.approx((1.93, 0.06613305), abs=1e-8)
    assert chart["upper"][0] == pytest.approx(3.79386695, abs=1e-8)
    cloth = rate_chart(*CLOTH)
    assert cloth["center"][0] == pytest.approx(1.423255814, abs=1e-9)
    assert (cloth["lower"][0], cloth["upper"][0]) == pytest.approx((0.2914739, 2.5550377), abs=1e-7)


@pytest.mark.parametrize(("rules", "length"), [((1, 4), 152.73), ((1, 2), 225.44), ((1, 2, 3, 4), 91.75)])
def test_western_electric_rules_alarm_as_often_as_they_must(rules, length):
    """Champ and Woodall, Technometrics 29 (1987): exact lengths without a change."""
    z = np.random.default_rng(2).normal(size=120_000)
    fired = western_electric_rules(z, center=0, sd=1)[list(rules)].to_numpy().any(axis=1)
    # Each run begins anew after an alarm: rules that need more points must wait for them.
    ends, start = [], 0
    for at in np.flatnonzero(fired):
        if at - start >= 7 or np.abs(z[at]) > 3:
            ends.append(at - start + 1)
            start = at + 1
    assert np.mean(ends) == pytest.approx(length, rel=0.10)


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        (1, [0, 3.1]),
        (2, [0.1] * 9),
        (3, [0, 0.1, 0.2, 0.3, 0.4, 0.5]),
        (4, [0, 1] * 7),
        (5, [2.1, 0, 2.1]),
        (6, [1.1, 1.1, 0, 1.1, 1.1]),
        (7, [0.5, -0.5, 0.5] * 5),
        (8, [1.5, -1.5] * 4),
    ],
)
def test_each_rule_of_nelson_fires_at_the_end_of_its_pattern_only(rule, values):
    fired = nelson_rules(values, center=0, sd=1)[rule].to_numpy()
    assert fired[-1]
    assert not fired[:-1].any()


def fired(values: list[float]) -> list[int]:
    """The rules of Nelson that the last point ends."""
    last = nelson_rules(values, center=0, sd=1).iloc[-1]
    return [int(rule) for rule in last.index[last.to_numpy()]]


@pytest.mark.parametrize(
    ("values", "rules"),
    [
        ([3.0], []),
        ([-3.01], [1]),
        ([0.5, -0.4] * 2 + [0.0] + [0.1] * 8, []),
        ([-0.5, 2.0, 2.1], []),
        ([2.1, -0.5, 2.1], [5]),
        ([2.1, -0.5, -2.1], []),
        ([1.0, 1.1, -0.2, 1.2, 1.3], []),
        ([1.2, 1.1, -0.2, 1.2, 1.3], [6]),
        ([1.0] + [0.5, -0.5, -0.4, 0.4] * 3 + [0.5, -0.5], []),
        ([0.9] + [0.5, -0.5, -0.4, 0.4] * 3 + [0.5, -0.5], [7]),
        ([1.2, -1.3, -1.2, 1.3, 1.2, -1.3, -1.0, 1.3], []),
        ([1.2, -1.3, -1.2, 1.3, 1.2, -1.3, -1.1, 1.3], [8]),
        ([-0.5, -0.4, -0.3, -0.3, 0.2, 0.3], []),
        ([-0.5, -0.4, -0.3, -0.2, 0.2, 0.3], [3]),
    ],
)
def test_a_point_on_a_line_is_not_beyond_it(values, rules):
    assert fired(values) == rules
