"""infra/COST.md says what the templates and the price table come to."""

import os
import subprocess
import sys
from decimal import Decimal

import pytest
from conftest import CHECKOUT

sys.path.append(str(CHECKOUT / "infra/cost"))
import cost  # noqa: E402


@pytest.fixture(scope="module")
def without_airflow(project, tmp_path_factory):
    directory = tmp_path_factory.mktemp("lean")
    environment = {**os.environ, "NARU": project.naru_binary, "NARU_PROJECT": str(project.directory)}
    said = subprocess.run([CHECKOUT / "infra/cost/without_airflow", directory], env=environment, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    return directory


def test_the_page_is_what_is_generated(out, without_airflow):
    page = cost.page(out, without_airflow, cost.Prices.read())
    assert page == (CHECKOUT / "infra/COST.md").read_text(), "run infra/cost/write"


def test_without_airflow_dev_costs_less_by_airflow_and_its_endpoints(out, without_airflow):
    prices = cost.Prices.read()
    with_it, without = (prices.lines(cost.resources(of, "dev")) for of in (out, without_airflow))
    count = lambda lines, type: sum(line.count for line in lines if line.price["type"] == type)  # noqa: E731
    assert (count(with_it, "AWS::MWAA::Environment"), count(without, "AWS::MWAA::Environment")) == (1, 0)
    assert count(without, "AWS::EC2::VPCEndpoint") < count(with_it, "AWS::EC2::VPCEndpoint")
    assert count(without, "AWS::KMS::Key") == count(with_it, "AWS::KMS::Key") >= 20


def test_what_has_no_price_is_an_error():
    prices = cost.Prices.read()
    for unknown in ({"Type": "AWS::EC2::NatGateway"}, {"Type": "AWS::MWAA::Environment", "Properties": {"EnvironmentClass": "mw1.large"}}):
        with pytest.raises(ValueError, match="does not say once"):
            prices.lines([unknown])


def test_an_hourly_price_is_of_a_month_of_hours_and_each_zone_counts():
    endpoint = {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"VpcEndpointType": "Interface", "SubnetIds": ["a", "c"]}}
    gateway = {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"VpcEndpointType": "Gateway"}}
    (line,) = cost.Prices.read().lines([endpoint, gateway, endpoint])
    assert (line.count, line.sum_usd) == (4, 4 * 730 * Decimal("0.013"))
