using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Databases.ClickHouse.Native;
using BulkMover.Databases.ClickHouse.Native.Partitions;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.Native;

/// <summary>The groups are those that the server makes of the same rows.</summary>
public sealed class PartitionKeyTests(ClickHouseServerFixture server)
{
    private static readonly Schema Schema = new(
        [
            new Field("id", Int64Type.Default, false), new Field("d", Date32Type.Default, false), new Field("ts", new TimestampType(TimeUnit.Millisecond, "UTC"), false),
            new Field("n", Int32Type.Default, true), new Field("s", StringType.Default, false), new Field("a b", UInt8Type.Default, false),
        ],
        null);

    [Theory]
    [InlineData("toYYYYMM(d)")]
    [InlineData("toYYYYMM(ts)")]
    [InlineData("toYear(d)")]
    [InlineData("toStartOfYear(ts)")]
    [InlineData("toStartOfQuarter(d)")]
    [InlineData("toStartOfMonth(ts)")]
    [InlineData("toMonday(d)")]
    [InlineData("toStartOfWeek(ts)")]
    [InlineData("toDate(ts)")]
    [InlineData("toYYYYMMDD(ts)")]
    [InlineData("toStartOfDay(ts)")]
    [InlineData("toStartOfHour(ts)")]
    [InlineData("id % 7")]
    [InlineData("intDiv(id, 100)")]
    [InlineData("modulo(id, 3)")]
    [InlineData("s")]
    [InlineData("n")]
    [InlineData("`a b`")]
    [InlineData("(s, toYYYYMM(d), n % 3)")]
    [InlineData("tuple()")]
    public async Task Group_AnyKnownKey_GivesTheServersPartitions(string key)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        TargetColumn[] columns = [.. Schema.FieldsList.Select(field => TargetColumn.Of(field, default))];
        string table = $"partitioned{Guid.NewGuid():N}";
        await server.QueryAsync($"""
            CREATE TABLE {table} ({string.Join(", ", columns.Select(c => $"`{c.Name}` {c.Type.TargetType}"))})
            ENGINE = MergeTree PARTITION BY {key} ORDER BY () SETTINGS allow_nullable_key = 1, max_partitions_to_read = -1
            """, cancellationToken);
        string stored = (await server.QueryAsync($"SELECT partition_key FROM system.tables WHERE name = '{table}' FORMAT TSVRaw", cancellationToken)).TrimEnd('\n');
        RecordBatch batch = RandomBatch(rows: 300, onlyDate: key.Contains("toStartOf", StringComparison.Ordinal) || key is "toMonday(d)" or "toDate(ts)");

        PartitionKey? partitions = PartitionKey.TryParse(stored, columns);
        Assert.NotNull(partitions);
        string[] ours = [.. partitions.Group(batch).Select(group => string.Join(',', group.Rows.ToArray()))];

        using (NativeBlock block = new NativeEncoder(columns).Encode(batch))
            await new NativeTarget(server).InsertAsync(table, block, cancellationToken);
        string theirs = await server.QueryAsync(
            $"SELECT arrayStringConcat(arraySort(groupArray(id)), ',') FROM {table} GROUP BY _partition_id ORDER BY min(id)", cancellationToken);
        Assert.Equal(theirs.Split('\n', StringSplitOptions.RemoveEmptyEntries), ours);
    }

    [Theory]
    [InlineData("cityHash64(s)")]
    [InlineData("xxHash64(s) % 16")]
    [InlineData("toYYYYMM(missing)")]
    [InlineData("toYYYYMM(s)")]
    [InlineData("toStartOfHour(d)")]
    [InlineData("id % 0")]
    [InlineData("s % 3")]
    [InlineData("(id, tuple(n))")]
    [InlineData("toStartOfInterval(ts, toIntervalHour(1))")]
    [InlineData("id + 1")]
    [InlineData("-id")]
    [InlineData("toYYYYMM(d), ")]
    [InlineData("(")]
    [InlineData("`a b")]
    public void TryParse_KeyThatIsNotKnown_IsNull(string key) =>
        Assert.Null(PartitionKey.TryParse(key, [.. Schema.FieldsList.Select(field => TargetColumn.Of(field, default))]));

    [Fact]
    public void Group_NoRows_GivesNoGroups()
    {
        PartitionKey key = PartitionKey.TryParse("s", [TargetColumn.Of(new Field("s", StringType.Default, true), default)])!;
        Assert.Empty(key.Group(new ModelArrays().Batch(new Schema([new Field("s", StringType.Default, true)], null))));
    }

    [Theory]
    [InlineData("s")]
    [InlineData("(s, id)")]
    public void Group_TextComesAsDictionary_GivesTheSamePartitions(string key)
    {
        var schema = new Schema([new Field("s", StringType.Default, true), new Field("id", Int64Type.Default, false)], null);
        var withDictionary = new Schema([new Field("s", new DictionaryType(Int32Type.Default, StringType.Default, false), true), schema.FieldsList[1]], null);
        object?[][] rows = [["DE", 1L], ["a longer one", 1L], [null, 1L], ["", 1L], ["DE", 2L], ["DE", 1L], [null, 2L]];

        PartitionKey partitions = PartitionKey.TryParse(key, [.. schema.FieldsList.Select(field => TargetColumn.Of(field, default))])!;

        Assert.Equal(Groups(new ModelArrays().Batch(schema, rows)), Groups(new ModelArrays().Batch(withDictionary, rows)));

        IEnumerable<string> Groups(RecordBatch batch) => partitions.Group(batch).Select(group => $"{group.Partition}: {string.Join(',', group.Rows.ToArray())}");
    }

    [Fact]
    public void Group_DecimalsComeNarrow_GivesTheSamePartitions()
    {
        var key = PartitionKey.TryParse("d", [TargetColumn.Of(new Field("d", new Decimal128Type(9, 2), true), default)])!;
        object?[][] rows = [[System.Numerics.BigInteger.MinusOne], [new System.Numerics.BigInteger(12)], [null], [System.Numerics.BigInteger.MinusOne]];

        string[] groups = [.. new IArrowType[] { new Decimal128Type(9, 2), new Decimal64Type(9, 2), new Decimal32Type(9, 2) }.Select(Groups)];

        Assert.Equal([groups[0], groups[0], groups[0]], groups);
        Assert.Equal(3, groups[0].Split(';').Length);

        string Groups(IArrowType type) => string.Join(';', key.Group(new ModelArrays().Batch(new Schema([new Field("d", type, true)], null), rows))
            .Select(group => $"{group.Partition}: {string.Join(',', group.Rows.ToArray())}"));
    }

    /// <param name="rows">Number of rows.</param>
    /// <param name="onlyDate">Days of 1970 to 2149: functions that give a Date show what lies outside as its nearest end.</param>
    private static RecordBatch RandomBatch(int rows, bool onlyDate)
    {
        // Few distinct days around ends of months, years and centuries.
        long[] days = [0, 30, 31, 58, 59, 10_956, 10_957, 11_016, 11_017, 19_782, 47_541, 65_000];
        if (!onlyDate)
            days = [-25_567, -25_537, -25_536, -365, -32, -31, -1, .. days, 65_536, 120_529];
        var random = new Random(1);
        return new ModelArrays().Batch(Schema, [.. Enumerable.Range(0, rows).Select(i =>
        {
            long day = days[random.Next(days.Length)];
            return new object?[]
            {
                (long)i, day, (day * 86_400_000) + (random.Next(3) * 43_199_999L), i % 4 == 0 ? null : (long)random.Next(-3, 3), i < 150 ? "DE" : "FR", (long)(i % 2),
            };
        })]);
    }
}
