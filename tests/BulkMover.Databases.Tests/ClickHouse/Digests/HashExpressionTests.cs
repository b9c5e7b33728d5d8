using BulkMover.Databases.ClickHouse.Digests;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Digests;

/// <summary>What the server makes of values that a column keeps in another type than they were sent in.</summary>
public sealed class HashExpressionTests(ClickHouseServerFixture server)
{
    /// <summary>The column's type, the type that was sent, a value without a way back, and what a cast that cuts or guesses would make of it.</summary>
    public static TheoryData<string, string, string, string> NoWayBack => new()
    {
        { "Int64", "Int32", "4294967301", "5" },
        { "UInt64", "UInt8", "256", "0" },
        { "Int128", "UInt64", "-1", "18446744073709551615" },
        { "Int256", "Int64", "'1000000000000000000000000000000000000000'", "0" },
        { "UInt8", "Bool", "2", "true" },
        { "Float64", "Float32", "1e300", "inf" },
        { "Float64", "Float32", "0.1", "0.1" },
        { "Decimal(38, 4)", "Decimal(15, 2)", "'1.2345'", "'1.23'" },
        { "Decimal(38, 2)", "Decimal(15, 2)", "'99999999999999999999'", "0" },
        { "Decimal(76, 30)", "Decimal(9, 2)", "'-99999999999999999999'", "0" },
        { "DateTime64(9, 'Asia/Tokyo')", "DateTime64(6, 'UTC')", "'2020-01-01 00:00:00.123456001'", "'2019-12-31 15:00:00.123456'" },
        { "LowCardinality(Nullable(Int64))", "Int32", "NULL", "0" },
        { "Nullable(Decimal(38, 2))", "Nullable(Decimal(15, 2))", "'99999999999999999999'", "NULL" },
        { "Array(Nullable(Int64))", "Array(Int32)", "[NULL]", "[0]" },
        { "Array(Array(Decimal(38, 2)))", "Array(Array(Decimal(15, 2)))", "[['99999999999999999999']]", "[[0]]" },
        { "Map(LowCardinality(String), Decimal(38, 2))", "Map(String, Decimal(15, 2))", "map('k', '99999999999999999999')", "map('k', '0')" },
        { "Tuple(a Int64, b Decimal(38, 2))", "Tuple(a Int32, b Decimal(15, 2))", "(1, '99999999999999999999')", "(1, '0')" },
        { "Array(Tuple(a Nullable(Int64)))", "Array(Tuple(a Int32))", "[tuple(NULL)]", "[tuple(0)]" },
        // Columns that were changed after the copy.
        { "String", "Int32", "'abc'", "0" },
        { "String", "Int32", "''", "0" },
        { "String", "Decimal(15, 2)", "'1e99'", "0" },
        { "String", "DateTime64(3, 'UTC')", "'soon'", "0" },
        { "String", "UUID", "'x'", "'00000000-0000-0000-0000-000000000000'" },
        { "String", "FixedString(3)", "'abcd'", "'abc'" },
        { "Int8", "Int64", "5", "261" },
    };

    [Theory]
    [MemberData(nameof(NoWayBack))]
    public async Task Of_ValueHasNoWayBack_IsLikeNoneThatWasSent(string kept, string sent, string value, string cut)
    {
        string wasSent = await HashAsync($"CAST({cut}, '{Escape(sent)}')", sent, sent);
        Assert.NotEqual(wasSent, await HashAsync($"CAST({value}, '{Escape(kept)}')", kept, sent));
        // The value that it could be taken for does come back.
        if (kept != "Int8")
            Assert.Equal(wasSent, await HashAsync($"CAST(CAST({cut}, '{Escape(sent)}'), '{Escape(kept)}')", kept, sent));
    }

    [Theory]
    [InlineData("String", "Array(Int32)", "'[1]'")]
    [InlineData("Array(Int32)", "Int32", "[1]")]
    [InlineData("Tuple(Int32, Int32)", "Tuple(Int32)", "(1, 2)")]
    public async Task Of_ColumnHasBecomeAList_IsLikeNoneThatWasSent(string kept, string sent, string value) =>
        Assert.Equal(await HashAsync("0", "String", "Array(String)"), await HashAsync($"CAST({value}, '{kept}')", kept, sent));

    private async Task<string> HashAsync(string value, string kept, string sent) => await server.QueryAsync(
        $"SELECT {HashExpression.Of("v", kept, sent)} FROM (SELECT materialize({value}) AS v) SETTINGS allow_suspicious_low_cardinality_types = 1",
        TestContext.Current.CancellationToken);

    private static string Escape(string type) => type.Replace("'", "\\'", StringComparison.Ordinal);
}
