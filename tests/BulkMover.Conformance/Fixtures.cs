using BulkMover.Testing.ClickHouse;
using Xunit;

[assembly: AssemblyFixture(typeof(ClickHouseServerFixture))]
