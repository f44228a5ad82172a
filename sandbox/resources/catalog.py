"""Service Catalog: the portfolio and the product, and what moto has no place for."""

from typing import ClassVar

from sandbox.resources.resource import Properties, Resource


class Portfolio(Resource):
    """A portfolio."""

    resource_type = "AWS::ServiceCatalog::Portfolio"
    service = "servicecatalog"
    attribute_names = ("PortfolioName",)

    def _create(self) -> None:
        detail = self.call("create_portfolio", self.properties, IdempotencyToken=self.name)["PortfolioDetail"]
        self.ref = detail["Id"]
        self.attributes = {"PortfolioName": detail["DisplayName"]}

    def _remove(self) -> None:
        self.call("delete_portfolio", Id=self.ref)


class Product(Resource):
    """A product whose versions are CloudFormation templates."""

    resource_type = "AWS::ServiceCatalog::CloudFormationProduct"
    service = "servicecatalog"
    # moto keeps no versions, so there are no ids of them.
    attribute_names = ("ProductName", "ProvisioningArtifactNames")

    def _create(self) -> None:
        versions = self.properties["ProvisioningArtifactParameters"]
        first = {**versions[0], "Type": "CLOUD_FORMATION_TEMPLATE"}
        values = self.without("ProvisioningArtifactParameters", "ReplaceProvisioningArtifacts")
        answer = self.call(
            "create_product",
            values,
            ProductType="CLOUD_FORMATION_TEMPLATE",
            ProvisioningArtifactParameters={
                key: value for key, value in first.items() if key != "DisableTemplateValidation"
            },
            IdempotencyToken=self.name,
        )
        self.ref = answer["ProductViewDetail"]["ProductViewSummary"]["ProductId"]
        self.attributes = {
            "ProductName": self.properties["Name"],
            "ProvisioningArtifactNames": ",".join(version.get("Name", "") for version in versions),
        }

    def _remove(self) -> None:
        self.call("delete_product", Id=self.ref)


class RecordedResource(Resource):
    """A resource that moto has no backend for: it is what the stack says of it, and no service knows it."""

    joined: ClassVar[tuple[str, ...]] = ()

    def _create(self) -> None:
        if self.joined:
            self.ref = "|".join(str(self.properties[name]) for name in self.joined)

    def _change(self, before: Properties) -> None:
        del before

    def _remove(self) -> None:
        # There is nothing but the stack's own record, which goes with it.
        self.properties = {}


class ProductAssociation(RecordedResource):
    """A product in a portfolio."""

    resource_type = "AWS::ServiceCatalog::PortfolioProductAssociation"
    joined = fixed = ("PortfolioId", "ProductId")


class PrincipalAssociation(RecordedResource):
    """Who may launch a portfolio's products."""

    resource_type = "AWS::ServiceCatalog::PortfolioPrincipalAssociation"
    joined = fixed = ("PortfolioId", "PrincipalARN")


class LaunchRoleConstraint(RecordedResource):
    """The role that launches a product."""

    resource_type = "AWS::ServiceCatalog::LaunchRoleConstraint"
    fixed = ("PortfolioId", "ProductId")
