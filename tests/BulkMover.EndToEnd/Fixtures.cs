using BulkMover.Testing.ClickHouse;
using Xunit;

[assembly: AssemblyFixture(typeof(ClickHouseServerFixture))]
[assembly: AssemblyFixture(typeof(SecuredClickHouseServerFixture))]
