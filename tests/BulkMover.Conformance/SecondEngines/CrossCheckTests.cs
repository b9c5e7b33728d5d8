using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Conformance.SecondEngines;

/// <summary>Valid tables are read as another engine reads them, or it is listed which of its habits the specification rules out.</summary>
public sealed class CrossCheckTests(ClickHouseServerFixture server) : IClassFixture<ClickHouseServerFixture>, IDisposable
{
    private readonly ClickHouseEngine clickHouse = new(server);

    [Fact]
    public Task Read_IcebergTables_ClickHouseAgreesOrItsHabitIsListed() => CheckAsync("iceberg", clickHouse, ClickHouseDifferences.Iceberg);

    [Fact]
    public Task Read_DeltaTables_ClickHouseAgreesOrItsHabitIsListed() => CheckAsync("delta", clickHouse, ClickHouseDifferences.Delta);

    [Fact]
    public Task Read_ParquetTables_ClickHouseAgreesOrItsHabitIsListed() => CheckAsync("parquet", clickHouse, ClickHouseDifferences.Parquet);

    [Fact]
    public Task Read_ParquetTables_DuckDbAgreesOrItsHabitIsListed() => CheckAsync("parquet", new DuckDbEngine(), DuckDbDifferences.Parquet);

    public void Dispose() => clickHouse.Dispose();

    private static async Task CheckAsync(string format, ISecondEngine engine, IReadOnlyList<EngineDifference> differences)
    {
        IReadOnlyCollection<string> problems = await new CrossCheck(engine, differences).ProblemsAsync(format, TestContext.Current.CancellationToken);

        if (problems.Count > 0)
            Assert.Fail(string.Join('\n', problems));
    }
}
