using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.TableFormats.Iceberg.Deletes;
using Xunit;
using static BulkMover.TableFormats.Tests.Iceberg.AvroBytes;
using static BulkMover.TableFormats.Tests.Iceberg.DeleteTable;

namespace BulkMover.TableFormats.Tests.Iceberg;

/// <summary>Which rows deletes leave out: Iceberg spec, "Scan Planning" and "Delete Formats". Data files have the sequence number 5.</summary>
public sealed class DeleteTests
{
    private static readonly string PartitionByName = """{"name":"name","type":["null","string"],"field-id":1000}""";

    private readonly TestTable table = new();

    [Theory]
    [InlineData(4, "1,a 2,b 3,null")]
    [InlineData(5, "1,a 3,null")]
    [InlineData(6, "1,a 3,null")]
    public async Task Read_PositionDeletes_ApplyToFilesThatAreNotNewer(long sequenceNumber, string expected)
    {
        Snapshot(Rows("a"), table.PositionDeletes("d", sequenceNumber, ($"{Data}/a", 1), ($"{Data}/other", 0)));

        Assert.Equal(expected.Split(' '), await table.ReadAsync());
    }

    [Theory]
    [InlineData(4, "1,a 2,b 3,null")]
    [InlineData(5, "1,a 2,b 3,null")]
    [InlineData(6, "1,a 3,null")]
    public async Task Read_EqualityDeletes_ApplyToOlderFilesOnly(long sequenceNumber, string expected)
    {
        Snapshot(Rows("a"), table.NameDeletes("d", sequenceNumber, "b"));

        Assert.Equal(expected.Split(' '), await table.ReadAsync());
    }

    [Fact]
    public async Task Read_DeleteWithoutSequenceNumber_InheritsTheManifests()
    {
        table.WithSnapshot(
            new TestManifest(Rows("a")),
            new TestManifest(table.NameDeletes("d", 0, "b") with { SequenceNumber = null }) { Content = 1, SequenceNumber = 6 });

        Assert.Equal(["1,a", "3,null"], await table.ReadAsync());
    }

    [Fact]
    public async Task Read_DataFileThatShouldHaveASequenceNumber_ThrowsCorruptTable()
    {
        Snapshot(Rows("a") with { Status = 0, SequenceNumber = null }, table.NameDeletes("d", 6, "b"));

        await Assert.ThrowsAsync<CorruptTableException>(() => table.ReadAsync());
    }

    [Fact]
    public async Task Read_EqualityDeleteOfNull_DeletesNull()
    {
        Snapshot(Rows("a"), table.NameDeletes("d", 6, [null]));

        Assert.Equal(["1,a", "2,b"], await table.ReadAsync());
    }

    [Fact]
    public async Task Read_EqualityDeleteByTwoColumns_NeedsBothEqual()
    {
        TestFile deletes = table.EqualityDeletes("d", 6, [2, 1], 2,
            (Column("id", 1, Int64Type.Default), Longs([1, 2])), (Column("name", 2, StringType.Default), new Apache.Arrow.StringArray.Builder().Append("b").Append("b").Build()));
        Snapshot(Rows("a"), deletes);

        Assert.Equal(["1,a", "3,null"], await table.ReadAsync());
    }

    [Fact]
    public async Task Read_EqualityDeleteOfNarrowerType_IsPromoted()
    {
        Snapshot(Rows("a"), table.EqualityDeletes("d", 6, [1], 2, (Column("id", 1, Int32Type.Default), Ints([3, 1]))));

        Assert.Equal(["2,b"], await table.ReadAsync());
    }

    [Fact]
    public async Task Read_KeyColumnWasRenamed_IsFoundById()
    {
        Snapshot(Rows("a"), table.EqualityDeletes("d", 6, [1], 1, (Column("former", 1, Int64Type.Default), Longs([2]))));

        Assert.Equal(["1,a", "3,null"], await table.ReadAsync());
    }

    [Fact]
    public async Task Read_KeyColumnWasDropped_StillDeletes()
    {
        Snapshot(Rows("a"), table.NameDeletes("d", 6, "b"));
        JsonNode old = table.Metadata["schemas"]![0]!.DeepClone();
        table.Metadata["schemas"]!.AsArray().Add(old);
        old["schema-id"] = 1;
        // Another column has its name now; the file does not have that one.
        table.Columns[1]!["id"] = 8;

        Assert.Equal(["1,null", "3,null"], await table.ReadAsync());
    }

    [Fact]
    public async Task Read_DeleteFileLacksKeyColumn_ThrowsCorruptTable()
    {
        Snapshot(Rows("a"), table.NameDeletes("d", 6, "b") with { EqualityIds = [1] });

        await Assert.ThrowsAsync<CorruptTableException>(() => table.ReadAsync());
    }

    [Fact]
    public async Task Read_DataFileLacksKeyColumn_IsNullThere()
    {
        table.Columns.Add(JsonNode.Parse("""{"id":8,"name":"new","required":false,"type":"long"}"""));
        Snapshot(Rows("a"), table.EqualityDeletes("d", 6, [8], 1, (Column("new", 8, Int64Type.Default), Longs([7]))));

        Assert.Equal(3, (await table.ReadAsync(["id"])).Length);
    }

    /// <summary>"Column Projection" also holds for delete columns: files from before the column was added have its default.</summary>
    [Theory]
    [InlineData(7, 0)]
    [InlineData(8, 3)]
    public async Task Read_DataFileLacksKeyColumnWithDefault_HasTheDefault(long deleted, int left)
    {
        AddColumn("""{"id":8,"name":"new","required":true,"type":"long","initial-default":7}""");
        Snapshot(Rows("a"), table.EqualityDeletes("d", 6, [8], 1, (Column("new", 8, Int64Type.Default), Longs([deleted]))));

        Assert.Equal(left, (await table.ReadAsync(["id"])).Length);
    }

    [Fact]
    public async Task Read_DeleteFileLacksKeyColumnWithDefault_DeletesTheDefault()
    {
        AddColumn("""{"id":8,"name":"new","required":false,"type":"long","initial-default":7}""");
        Snapshot(Rows("a"), table.EqualityDeletes("d", 6, [1, 8], 1, (Column("id", 1, Int64Type.Default), Longs([2]))));

        Assert.Equal(["1", "3"], await table.ReadAsync(["id"]));
    }

    [Fact]
    public async Task Read_NoKeyColumnIsInTheDeleteFile_DeletesTheDefault()
    {
        AddColumn("""{"id":8,"name":"new","required":false,"type":"long","initial-default":7}""");
        Snapshot(Rows("a"), table.NameDeletes("d", 6, "b") with { EqualityIds = [8] });

        Assert.Empty(await table.ReadAsync(["id"]));
    }

    /// <summary>"Equality Delete Files": "if a parent struct column is null it implies the leaf column is null".</summary>
    [Fact]
    public async Task Read_KeyColumnInsideOfStructs_ComparesItAndTakesANullStructForANullKey()
    {
        AddColumn("""
            {"id":8,"name":"s","required":false,"type":{"type":"struct","fields":[{"id":9,"name":"other","required":false,"type":"long"},
              {"id":10,"name":"inner","required":true,"type":{"type":"struct","fields":[{"id":11,"name":"key","required":true,"type":"long"}]}}]}}
            """);
        TestFile data = table.DataFile("a", 4, (Column("id", 1, Int64Type.Default), Longs([1, 2, 3, 4])), Nested(
            ("s", 8, [true, true, false, true]), ("inner", 10, [true, true, true, false]), ("old_key", 11, [10, 20, 30, 40])));
        TestFile DeletesOf(string name, long[] keys, bool[] hasKey) =>
            table.EqualityDeletes(name, 6, [11], keys.Length, Nested(("s", 8, hasKey), ("inner", 10, hasKey), ("key", 11, keys)));

        Snapshot(data, DeletesOf("d", [20, 30], [true, true]));
        Assert.Equal(["1", "3", "4"], await table.ReadAsync(["id"]));

        table.WithSnapshot(new TestManifest(data), new TestManifest(DeletesOf("e", [0], [false])) { Content = 1 });
        Assert.Equal(["1", "2"], await table.ReadAsync(["id"]));
    }

    /// <summary>"Column Projection", first rule, of a field inside of a struct: it has the partition's value where the file lacks it, before its default.</summary>
    [Fact]
    public async Task Read_NestedKeyIsInThePartitionAlone_HasItsValue()
    {
        AddColumn("""{"id":8,"name":"s","required":false,"type":{"type":"struct","fields":[{"id":9,"name":"a","required":false,"type":"long"},{"id":10,"name":"b","required":true,"type":"long","initial-default":1}]}}""");
        TestFile data = table.DataFile("a", 2, (Column("id", 1, Int64Type.Default), Longs([1, 2])), Nested(("s", 8, [true, false]), ("a", 9, [1, 2])));
        table.WithSpec(0, """{"source-id":10,"field-id":1000,"name":"b","transform":"identity"}""").WithSpec(1);
        table.WithSnapshot(
            new TestManifest(data with { Partition = Some(Long(5)) }) { PartitionFields = ["""{"name":"b","type":["null","long"],"field-id":1000}"""] },
            new TestManifest(table.EqualityDeletes("d", 6, [10], 1, Nested(("s", 8, [true]), ("b", 10, [5])))) { Content = 1, SpecId = 1 });

        Assert.Equal(["2"], await table.ReadAsync(["id"]));
    }

    [Fact]
    public async Task Read_NestedKeyIsMissingInTheDeleteFile_ThrowsCorruptTable()
    {
        AddColumn("""{"id":8,"name":"s","required":false,"type":{"type":"struct","fields":[{"id":9,"name":"a","required":false,"type":"long"},{"id":10,"name":"b","required":false,"type":"long"}]}}""");
        Snapshot(Rows("a"), table.EqualityDeletes("d", 6, [10], 1, Nested(("s", 8, [true]), ("a", 9, [1]))));

        await Assert.ThrowsAsync<CorruptTableException>(() => table.ReadAsync());
    }

    /// <summary>
    /// Floating-point numbers are not allowed as delete columns ("Identifier Field IDs"), but Flink writes them. The rule is that of the
    /// reference implementation, and of the order in the specification's "Sorting": all NaNs are one value, -0.0 comes before 0.0.
    /// </summary>
    [Theory]
    [InlineData(double.NaN, "1 2 4")]
    [InlineData(0.0, "2 3 4")]
    [InlineData(-0.0, "1 3 4")]
    [InlineData(1.5, "1 2 3")]
    public async Task Read_KeyColumnIsAFloatingPointNumber_NaNsAreEqualAndZerosOfDifferentSignAreNot(double deleted, string left)
    {
        AddColumn("""{"id":8,"name":"price","required":false,"type":"double"}""");
        double otherNaN = BitConverter.Int64BitsToDouble(0x7FF8000000000001);
        TestFile data = table.DataFile("a", 4, (Column("id", 1, Int64Type.Default), Longs([1, 2, 3, 4])),
            (Column("price", 8, DoubleType.Default), new DoubleArray.Builder().AppendRange([0.0, -0.0, otherNaN, 1.5]).Build()));
        // Written when the column was a float: promoted on both sides.
        TestFile deletes = table.EqualityDeletes("d", 6, [8], 1, (Column("price", 8, FloatType.Default), new FloatArray.Builder().Append((float)deleted).Build()));
        Snapshot(data, deletes);

        Assert.Equal(left.Split(' '), await table.ReadAsync(["id"]));
    }

    /// <summary>"Schema Evolution": a date in the delete file is midnight of a column that is a timestamp now.</summary>
    [Fact]
    public async Task Read_KeyColumnWasADate_IsPromoted()
    {
        AddColumn("""{"id":8,"name":"at2","required":false,"type":"timestamp"}""");
        TestFile data = table.DataFile("a", 2, (Column("id", 1, Int64Type.Default), Longs([1, 2])), (Column("at2", 8, new TimestampType(TimeUnit.Microsecond, (string?)null)),
            new TimestampArray.Builder(new TimestampType(TimeUnit.Microsecond, (string?)null)).AppendRange([DateTimeOffset.UnixEpoch.AddDays(1), DateTimeOffset.UnixEpoch.AddHours(25)]).Build()));
        Snapshot(data, table.EqualityDeletes("d", 6, [8], 1, (Column("at2", 8, Date32Type.Default), new Date32Array.Builder().Append(DateTime.UnixEpoch.AddDays(1)).Build())));

        Assert.Equal(["2"], await table.ReadAsync(["id"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_KeyColumnIsInThePartitionAlone_HasItsValue(bool isDropped)
    {
        // "Column Projection": an identity partition value fills a column that the file lacks.
        table.WithSpec(0, """{"source-id":2,"field-id":1000,"name":"name","transform":"identity"}""").WithSpec(1);
        table.WithSnapshot(
            new TestManifest(
                table.DataFileOfIds("a", 1, 2) with { Partition = Some(Text("x")) }, table.DataFileOfIds("b", 3) with { Partition = Some(Text("y")) })
            { PartitionFields = [PartitionByName] },
            new TestManifest(table.NameDeletes("e", 6, "x")) { Content = 1, SpecId = 1 });
        if (isDropped)
        {
            JsonNode old = table.Metadata["schemas"]![0]!.DeepClone();
            table.Metadata["schemas"]!.AsArray().Add(old);
            old["schema-id"] = 1;
            table.Columns.RemoveAt(1);
        }

        Assert.Equal(["3"], await table.ReadAsync(["id"]));
    }

    [Fact]
    public async Task Read_WithoutKeyColumn_LeavesItOutAndDeletesByIt()
    {
        Snapshot(Rows("a"), table.NameDeletes("d", 6, "b"), table.PositionDeletes("p", 5, ($"{Data}/a", 0)));

        Assert.Equal(["3"], await table.ReadAsync(["id"]));
    }

    [Fact]
    public async Task Read_WithFilter_DeletesByPositionInTheFile()
    {
        Snapshot(Rows("a"), table.PositionDeletes("p", 5, ($"{Data}/a", 2)));

        Assert.Equal(["1,a", "2,b"], await table.ReadAsync(["id", "name"], "id >= 2"));
    }

    [Fact]
    public async Task Read_DeletesOfAnotherPartition_DoNotApply()
    {
        table.WithSpec(0, """{"source-id":2,"field-id":1000,"name":"name","transform":"identity"}""");
        TestFile positions = table.PositionDeletes("p", 6, ($"{Data}/a", 0)), equal = table.EqualityDeletes("e", 6, [1], 1, (Column("id", 1, Int64Type.Default), Longs([2])));
        table.WithSnapshot(
            new TestManifest(Rows("a") with { Partition = Some(Text("x")) }) { PartitionFields = [PartitionByName] },
            new TestManifest(positions with { Partition = Some(Text("y")) }, equal with { Partition = Null }) { Content = 1, PartitionFields = [PartitionByName] });

        Assert.Equal(["1", "2", "3"], await table.ReadAsync(["id"]));
    }

    [Fact]
    public async Task Read_DeletesOfTheSamePartition_Apply()
    {
        table.WithSpec(0, """{"source-id":2,"field-id":1000,"name":"name","transform":"identity"}""");
        TestFile positions = table.PositionDeletes("p", 6, ($"{Data}/a", 0)), equal = table.EqualityDeletes("e", 6, [1], 1, (Column("id", 1, Int64Type.Default), Longs([2])));
        table.WithSnapshot(
            new TestManifest(Rows("a") with { Partition = Some(Text("x")) }) { PartitionFields = [PartitionByName] },
            new TestManifest(positions with { Partition = Some(Text("x")) }, equal with { Partition = Some(Text("x")) }) { Content = 1, PartitionFields = [PartitionByName] });

        Assert.Equal(["3"], await table.ReadAsync(["id"]));
    }

    [Fact]
    public async Task Read_UnpartitionedEqualityDeletes_ApplyToAllPartitionsAndPositionDeletesDoNot()
    {
        table.WithSpec(0, """{"source-id":2,"field-id":1000,"name":"name","transform":"identity"}""").WithSpec(1);
        table.WithSnapshot(
            new TestManifest(Rows("a") with { Partition = Some(Text("x")) }) { PartitionFields = [PartitionByName] },
            new TestManifest(table.PositionDeletes("p", 6, ($"{Data}/a", 0), ($"{Data}/b", 0)), table.NameDeletes("e", 6, "b")) { Content = 1, SpecId = 1 });

        Assert.Equal(["1,a", "3,null"], await table.ReadAsync());
    }

    [Fact]
    public async Task Read_DeletesThatNameAFileOfAnotherPartition_ThrowCorruptTable()
    {
        table.WithSpec(0, """{"source-id":2,"field-id":1000,"name":"name","transform":"identity"}""");
        table.WithSnapshot(
            new TestManifest(Rows("a") with { Partition = Some(Text("x")) }) { PartitionFields = [PartitionByName] },
            new TestManifest(table.Vector($"{Data}/a", Blob(0), 1) with { Partition = Some(Text("y")) }) { Content = 1, PartitionFields = [PartitionByName] });

        await Assert.ThrowsAsync<CorruptTableException>(() => table.ReadAsync());
    }

    [Fact]
    public async Task Read_DeletionVector_TakesThePlaceOfPositionDeletes()
    {
        Snapshot(Rows("a"), table.Vector($"{Data}/a", Blob(0, 2), 2), table.PositionDeletes("p", 6, ($"{Data}/a", 1)));

        Assert.Equal(["2,b"], await table.ReadAsync());
    }

    [Fact]
    public async Task Read_DeletionVector_GoesWithEqualityDeletes()
    {
        Snapshot(Rows("a"), table.Vector($"{Data}/a", Blob(0), 1), table.NameDeletes("e", 6, "b"));

        Assert.Equal(["3,null"], await table.ReadAsync());
    }

    [Fact]
    public async Task Read_DeletionVectorOfAnotherFile_DoesNotApply()
    {
        Snapshot(Rows("a"), table.Vector($"{Data}/b", Blob(0), 1));

        Assert.Equal(3, (await table.ReadAsync()).Length);
    }

    [Theory]
    [InlineData(3, "length")]
    [InlineData(4, "magic")]
    [InlineData(20, "checksum")]
    [InlineData(-1, "checksum")]
    public async Task Read_BrokenDeletionVector_ThrowsCorruptTable(int place, string why)
    {
        byte[] blob = Blob(0, 2);
        blob[place < 0 ? blob.Length + place : place] ^= 1;
        Snapshot(Rows("a"), table.Vector($"{Data}/a", blob, 2));

        Assert.Contains(why, (await Assert.ThrowsAsync<CorruptTableException>(() => table.ReadAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_DeletionVectorWithOtherCardinalityOrBeyondTheFile_ThrowsCorruptTable()
    {
        TestFile vector = table.Vector($"{Data}/a", Blob(0, 2), 2);
        Snapshot(Rows("a"), vector with { Rows = 3 });
        await Assert.ThrowsAsync<CorruptTableException>(() => table.ReadAsync());

        var other = new TestTable();
        other.WithSnapshot(new TestManifest(other.DataFile("a", (1, "a"))), new TestManifest(other.Vector($"{Data}/a", Blob(0), 1) with { ContentOffset = 900 }) { Content = 1 });
        await Assert.ThrowsAsync<CorruptTableException>(() => other.ReadAsync());
    }

    [Fact]
    public async Task Read_TwoDeletionVectorsOfOneFile_ThrowsCorruptTable()
    {
        TestFile vector = table.Vector($"{Data}/a", Blob(0), 1);
        Snapshot(Rows("a"), vector, vector);

        await Assert.ThrowsAsync<CorruptTableException>(() => table.ReadAsync());
    }

    [Fact]
    public async Task Read_DeletePathsAddressTheStoreInAnotherWay_Apply()
    {
        Snapshot(Rows("a"), table.PositionDeletes("p", 5, ("s3a://lake/db/t/data/a", 1)));

        Assert.Equal(["1,a", "3,null"], await table.ReadAsync());
    }

    [Theory]
    [InlineData("abfss://c@lake.dfs.core.windows.net/t/a")]
    [InlineData("wasbs://c@lake.blob.core.windows.net//t/a")]
    [InlineData("https://lake.blob.core.windows.net/c/t/a")]
    [InlineData("abfss://c/t/a")]
    [InlineData("az://c/t/a")]
    public void Name_AddressesOfOneFileInAzure_AreOneName(string path) => Assert.Equal("c/t/a", DataFileName.Of(path));

    [Theory]
    [InlineData("abfss://c@lake.dfs.core.windows.net/t/a", "abfss://c@lake.dfs.core.windows.net/")]
    [InlineData("https://lake.blob.core.windows.net/c/t/a", "https://lake.blob.core.windows.net/")]
    [InlineData("az://c/t/a", "az://")]
    [InlineData("https://example.com/c/t/a", "https://")]
    public void Address_InAzure_EndsBehindTheHost(string path, string address) => Assert.Equal(address, DataFileName.AddressOf(path));

    [Fact]
    public async Task Read_BoundsInAnotherSpellingOfTheAddress_RuleNothingOut()
    {
        byte[] first = "s3:///lake/db/t/data/a"u8.ToArray(), last = "s3:///lake/db/t/data/c"u8.ToArray();
        TestFile data = table.DataFile("b", (1, "a"), (2, "b")) with { Path = "s3:/lake/db/t/data/b" };
        Snapshot(data, table.PositionDeletes("d", 6, ("s3:///lake/db/t/data/b", 1)) with
        {
            LowerBounds = new Dictionary<int, byte[]> { [2147483546] = first }, UpperBounds = new Dictionary<int, byte[]> { [2147483546] = last },
        });

        Assert.Equal(["1,a"], await table.ReadAsync());
    }

    [Theory]
    [InlineData("/w/x:/f", "/w/y:/f")]
    [InlineData("s3://b/x:/f", "s3://b/y:/f")]
    public void Name_DirectoryThatEndsWithAColon_IsPartOfIt(string left, string right) => Assert.NotEqual(DataFileName.Of(left), DataFileName.Of(right));

    [Fact]
    public async Task Read_BoundsOfPaths_RuleDeleteFilesOut()
    {
        byte[] path = System.Text.Encoding.UTF8.GetBytes($"{Data}/b");
        TestFile deletes = table.PositionDeletes("p", 5, ($"{Data}/a", 1));
        Snapshot(Rows("a"), deletes with
        {
            LowerBounds = new Dictionary<int, byte[]> { [2147483546] = path }, UpperBounds = new Dictionary<int, byte[]> { [2147483546] = [.. path, 1] },
        });

        await table.ReadAsync();

        Assert.DoesNotContain(table.Store.Opened, location => location.Name == "p");
    }

    [Fact]
    public async Task Read_DeletesOfManyFiles_AreLoadedOnce()
    {
        TestFile[] files = [.. Enumerable.Range(0, 5).Select(i => Rows($"f{i}"))];
        table.WithSnapshot(
            new TestManifest(files),
            new TestManifest(table.NameDeletes("e", 6, "b"), table.PositionDeletes("p", 5, ($"{Data}/f0", 0), ($"{Data}/f4", 2))) { Content = 1 });

        Assert.Equal(["3", "1", "3", "1", "3", "1", "3", "1"], await table.ReadAsync(["id"]));
        // The file, and the column chunks of its one row group.
        Assert.All(["e", "p"], name => Assert.Equal(2, table.Store.Opened.Count(location => location.Name == name)));
    }

    private void AddColumn(string json) => table.Columns.Add(JsonNode.Parse(json));

    /// <summary>By it a copy knows, in a later snapshot, whether a file's rows are still those that it has brought.</summary>
    [Fact]
    public async Task Identity_ChangesExactlyWithTheDeletesThatApply()
    {
        (TestFile rows, TestFile one) = (Rows("a"), table.PositionDeletes("p1", 6, ($"{Data}/a", 1)));
        (TestFile old, TestFile six, TestFile seven) = (table.NameDeletes("e4", 4, "b"), table.NameDeletes("e6", 6, "c"), table.NameDeletes("e7", 7, "d"));
        UInt128? both = await IdentityAsync(rows, one, six);

        Assert.NotNull(both);
        Assert.Equal(both, await IdentityAsync(rows, six, one));
        Assert.Equal(both, await IdentityAsync(rows, old, one, six));
        Assert.Equal(await IdentityAsync(rows, one, six, seven), await IdentityAsync(rows, seven, old, six, one));
        UInt128?[] others =
        [
            both, await IdentityAsync(rows, one), await IdentityAsync(rows, six), await IdentityAsync(rows, seven), await IdentityAsync(rows, one, six, seven),
            await IdentityAsync(rows, one, table.PositionDeletes("p2", 6, ($"{Data}/a", 1)), six),
            await IdentityAsync(rows, table.Vector($"{Data}/a", Blob(1), 1)), await IdentityAsync(rows, table.Vector($"{Data}/a", Blob(1), 1) with { ContentOffset = 5 }),
            await IdentityAsync(rows, old),
        ];
        Assert.Equal(others.Length, others.Distinct().Count());
        Assert.Null(others[^1]);

        static async Task<UInt128?> IdentityAsync(TestFile data, params TestFile[] deletes)
        {
            var version = new TestTable();
            version.Metadata["format-version"] = 3;
            version.WithSnapshot(new TestManifest(data), new TestManifest(deletes) { Content = 1 });
            return Assert.Single(await version.PlanAsync()).Deletes?.Identity;
        }
    }

    private TestFile Rows(string name) => table.DataFile(name, (1, "a"), (2, "b"), (3, null));

    private void Snapshot(TestFile data, params TestFile[] deletes) => table.WithSnapshot(new TestManifest(data), new TestManifest(deletes) { Content = 1 });
}
