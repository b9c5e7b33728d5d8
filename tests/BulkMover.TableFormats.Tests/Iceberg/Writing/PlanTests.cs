using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Writing;
using BulkMover.TableFormats.Targets;
using BulkMover.Testing.Stores;
using Xunit;
using static BulkMover.TableFormats.Tests.Iceberg.Writing.WriteTable;

namespace BulkMover.TableFormats.Tests.Iceberg.Writing;

/// <summary>How rows are planned to be written.</summary>
public class PlanTests
{
    /// <summary>Arrow type, Iceberg type, whether the plan tells a difference.</summary>
    public static TheoryData<Field, string, bool> Types => new()
    {
        { Of(BooleanType.Default), "boolean", false },
        { Of(Int8Type.Default), "int", false }, { Of(Int16Type.Default), "int", false }, { Of(Int32Type.Default), "int", false },
        { Of(UInt8Type.Default), "int", false }, { Of(UInt16Type.Default), "int", false },
        { Of(Int64Type.Default), "long", false }, { Of(UInt32Type.Default), "long", false }, { Of(UInt64Type.Default), "decimal(20, 0)", false },
        { Of(HalfFloatType.Default), "float", false }, { Of(FloatType.Default), "float", false }, { Of(DoubleType.Default), "double", false },
        { Of(new Decimal32Type(5, 2)), "decimal(5, 2)", false }, { Of(new Decimal128Type(38, 10)), "decimal(38, 10)", false },
        { Of(new Decimal256Type(38, 0)), "decimal(38, 0)", false }, { Of(new Decimal128Type(2, 5)), "decimal(5, 5)", false },
        { Of(Date32Type.Default), "date", false }, { Of(Date64Type.Default), "date", true },
        { Of(new Time32Type(TimeUnit.Second)), "time", false }, { Of(Time64Type.Microsecond), "time", false }, { Of(Time64Type.Nanosecond), "time", true },
        { Of(new TimestampType(TimeUnit.Microsecond, (string?)null)), "timestamp", false }, { Of(new TimestampType(TimeUnit.Nanosecond, (string?)null)), "timestamp", true },
        { Of(new TimestampType(TimeUnit.Microsecond, "UTC")), "timestamptz", false }, { Of(new TimestampType(TimeUnit.Millisecond, "Europe/Berlin")), "timestamptz", true },
        { Of(StringType.Default), "string", false }, { Of(LargeStringType.Default), "string", false }, { Of(StringViewType.Default), "string", false },
        { Of(BinaryType.Default), "binary", false }, { Of(LargeBinaryType.Default), "binary", false },
        { Of(new FixedSizeBinaryType(7)), "fixed[7]", false }, { Of(UuidType.Storage).AsUuid(), "uuid", false }, { Of(StringType.Default).AsVariant(), "string", true },
        { Of(new DictionaryType(Int32Type.Default, StringType.Default, false)), "string", false },
        { Of(new ListType(new Field("item", Int32Type.Default, true))), "list<int>", false },
        { Of(new FixedSizeListType(new Field("item", FloatType.Default, true), 3)), "list<float>", false },
        { Of(new MapType(new Field("k", StringType.Default, false), new Field("v", new ListType(Int64Type.Default), true))), "map<string, list<long>>", false },
        { Of(new StructType([new Field("a", Int32Type.Default, true), new Field("b", UuidType.Storage, true).AsUuid()])), "struct<a: int, b: uuid>", false },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Plan_NewTable_TypeOfTheColumn(Field field, string type, bool differs)
    {
        var table = new WriteTable { Schema = new Schema([field], null) };

        TableWrite write = await table.PlanAsync();

        ColumnPlan column = Assert.Single(write.Columns);
        Assert.Equal((type, differs), (column.TargetType, column.Difference is not null));
        await table.CommitAsync(CopyMode.Create, "one");
        // What the reader makes of the schema is what is written.
        Assert.Equal(Describe((await table.ReadAsync()).Schema), Describe(write.Schema));
    }

    public static TheoryData<Field> Refused => new()
    {
        Of(new Decimal256Type(39, 0)), Of(DurationType.Second), Of(NullType.Default), Of(BinaryType.Default).AsGeometry(null),
        Of(new ListType(new Field("item", DurationType.Second, true))), Of(IntervalType.MonthDayNanosecond),
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Plan_TypeHasNoEqual_IsRefusedByName(Field field)
    {
        var table = new WriteTable { Schema = new Schema([field], null) };

        var error = await Assert.ThrowsAsync<TargetException>(() => table.PlanAsync());

        Assert.Equal("iceberg.type_unsupported", error.Code);
        Assert.Contains("--columns", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_NestedTypes_AreNumberedNeighboursFirst()
    {
        Field[] members = [new("a", Int32Type.Default, false), new("b", new ListType(new Field("x", StringType.Default, false)), true)];
        var table = new WriteTable
        {
            Schema = new Schema(
            [
                new Field("s", new StructType(members), true),
                new Field("m", new MapType(new Field("k", StringType.Default, false), new Field("v", Int64Type.Default, true)), false), new Field("z", Int64Type.Default, true),
            ], null),
        };

        await table.CommitAsync(CopyMode.Create, "one");

        Assert.Equal(
            """
            [{"id":1,"name":"s","required":false,"type":{"type":"struct","fields":[{"id":4,"name":"a","required":true,"type":"int"},
            {"id":5,"name":"b","required":false,"type":{"type":"list","element-id":6,"element-required":true,"element":"string"}}]}},
            {"id":2,"name":"m","required":true,"type":{"type":"map","key-id":7,"key":"string","value-id":8,"value-required":false,"value":"long"}},
            {"id":3,"name":"z","required":false,"type":"long"}]
            """.ReplaceLineEndings(""),
            table.Document()["schemas"]![0]!["fields"]!.ToJsonString());
        Assert.Equal(8, (int)table.Document()["last-column-id"]!);
    }

    [Fact]
    public async Task Plan_SourceHasFieldIdsAndDocs_KeepsThem()
    {
        var source = new TestTable();
        source.Columns[1]!["doc"] = "who";
        source.Columns.Add(JsonNode.Parse("""{"id":40,"name":"l","required":false,"type":{"type":"list","element-id":20,"element-required":true,"element":"uuid"}}"""));
        var table = new WriteTable { Schema = (await source.OpenSnapshotAsync()).Schema };

        await table.CommitAsync(CopyMode.Create, "one");

        Assert.Equal(source.Columns.ToJsonString(), Normal(table.Document()["schemas"]![0]!["fields"]!, source.Columns));
        Assert.Equal(40, (int)table.Document()["last-column-id"]!);
    }

    [Fact]
    public async Task Plan_SomeFieldsLackIds_NumbersAllAnew()
    {
        var table = new WriteTable { Schema = new Schema([new Field("a", Int32Type.Default, true).WithFieldId(7), new Field("b", Int32Type.Default, true)], null) };

        TableWrite write = await table.PlanAsync();

        Assert.Equal([1, 2], write.Schema.FieldsList.Select(field => field.FieldId()));
    }

    [Theory]
    [InlineData("v1.metadata.json")]
    [InlineData("00001-a5ba1ccb.gz.metadata.json")]
    public void Open_DocumentOfATable_IsRefused(string name)
    {
        var error = Assert.Throws<InvalidInputException>(
            () => LakeTarget.OfIceberg(name, new MemoryObjectStore(), new Location("s3", $"bucket/table/metadata/{name}"), new LakeOptions()));

        Assert.Equal("target.is_document", error.Code);
    }

    [Fact]
    public async Task Plan_CreateOnATableWithRows_IsRefused()
    {
        var table = new WriteTable();
        await table.CommitAsync(CopyMode.Create, "one", File("a"));

        var error = await Assert.ThrowsAsync<TargetException>(() => table.CommitAsync(CopyMode.Create, "two", File("b")));

        Assert.Equal("iceberg.table_has_rows", error.Code);
        Assert.NotNull(await table.Target.PlanAsync(table.Request(CopyMode.Create), hasBegun: Task.FromResult(true), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Commit_TableGotRowsSinceThePlanOfCreate_IsRefused()
    {
        var table = new WriteTable();
        TargetRequest request = table.Request(CopyMode.Create);
        TableWrite write = await table.PlanAsync(CopyMode.Create);
        await table.CommitAsync(CopyMode.Append, "other", File("a"));

        var error = await Assert.ThrowsAsync<TargetException>(
            () => table.Target.CommitAsync(WriteTable.Commit(request, write, 1, File("b")), TestContext.Current.CancellationToken));

        Assert.Equal("iceberg.table_has_rows", error.Code);
    }

    [Fact]
    public async Task Plan_TableOfVersion1_IsRefused()
    {
        TestTable before = new();
        before.Metadata["format-version"] = 1;

        var error = await Assert.ThrowsAsync<UnsupportedFeatureException>(() => new WriteTable(before).PlanAsync());

        Assert.Equal("iceberg.version_not_written", error.Code);
    }

    [Theory]
    [InlineData("encryption")]
    [InlineData("transform")]
    [InlineData("dropped")]
    public async Task Plan_TableUsesWhatIsNotWritten_IsRefused(string what)
    {
        TestTable before = new();
        if (what == "encryption")
            before.Metadata["properties"]!["encryption.key-id"] = "k";
        else if (what == "transform")
            before.WithSpec(1, """{"source-id":1,"field-id":1000,"name":"p","transform":"zorder[3]"}""");
        else
            before.WithSpec(1, """{"source-id":77,"field-id":1000,"name":"p","transform":"identity"}""");

        var error = await Assert.ThrowsAsync<UnsupportedFeatureException>(() => new WriteTable(before).PlanAsync());

        Assert.Equal("iceberg.not_written", error.Code);
    }

    [Fact]
    public async Task Plan_TableOfACatalog_IsRefused()
    {
        TestTable before = new();
        before.WriteMetadata("00003-5c3a.metadata.json");
        before.Metadata["x"] = 1;
        var table = new WriteTable();
        table.Store.Objects[table.Root.Combine("metadata/00003-5c3a.metadata.json")] = before.Store[before.Root.Combine("metadata/00003-5c3a.metadata.json")];

        var error = await Assert.ThrowsAsync<TargetException>(() => table.PlanAsync());

        Assert.Equal("iceberg.catalog_table", error.Code);
    }

    [Fact]
    public async Task Plan_TableWasMoved_IsRefused()
    {
        var error = await Assert.ThrowsAsync<TargetException>(() => new WriteTable(new TestTable("s3://elsewhere/t")).PlanAsync());

        Assert.Equal("iceberg.table_moved", error.Code);
    }

    [Fact]
    public async Task Plan_NarrowerTypes_TakeTheTablesTypesAndIds()
    {
        TestTable before = new();
        before.Columns.Add(JsonNode.Parse("""{"id":5,"name":"d","required":false,"type":"decimal(20, 2)"}"""));
        before.Columns.Add(JsonNode.Parse("""{"id":6,"name":"x","required":false,"type":"double"}"""));
        var table = new WriteTable(before)
        {
            Schema = new Schema([new Field("x", FloatType.Default, true), new Field("id", Int32Type.Default, true), new Field("d", new Decimal128Type(9, 2), true)], null),
        };

        TableWrite write = await table.PlanAsync();

        Assert.Equal([(6, "double"), (1, "long"), (5, "decimal(20, 2)")], write.Schema.FieldsList.Select(field => (field.FieldId()!.Value, SchemaJson.Describe(field))));
        Assert.False(write.Schema.GetFieldByName("id").IsNullable);
        Assert.Equal("A null is refused.", write.Columns[1].Difference);
    }

    public static TheoryData<Field> NotFitting => new()
    {
        new Field("name", Int32Type.Default, true), new Field("name", BinaryType.Default, true), new Field("at", new TimestampType(TimeUnit.Microsecond, (string?)null), true),
        new Field("at", Date32Type.Default, true),
    };

    [Theory]
    [MemberData(nameof(NotFitting))]
    public async Task Plan_TypeDiffers_IsRefused(Field field)
    {
        var table = new WriteTable(new TestTable()) { Schema = new Schema([new Field("id", Int64Type.Default, false), field], null) };

        var error = await Assert.ThrowsAsync<TargetException>(() => table.PlanAsync());

        Assert.Equal("iceberg.column_differs", error.Code);
    }

    /// <summary>Delta takes none such; in Iceberg many engines take them for one column.</summary>
    [Theory]
    [InlineData("NAME", "iceberg.column_case")]
    [InlineData("other", null)]
    public async Task Plan_NameDiffersInCaseOnly_IsRefused(string name, string? code)
    {
        var table = new WriteTable(new TestTable()) { Schema = new Schema([new Field("id", Int64Type.Default, false), new Field(name, StringType.Default, true)], null) };

        if (code is null)
            Assert.Contains(await StepsAsync(), step => step.Contains("'other'", StringComparison.Ordinal));
        else
            Assert.Equal(code, (await Assert.ThrowsAsync<TargetException>(StepsAsync)).Code);

        async Task<IReadOnlyList<string>> StepsAsync() => (await table.PlanAsync()).Steps;
    }

    [Fact]
    public async Task Plan_RequiredColumnIsMissing_IsRefused()
    {
        var table = new WriteTable(new TestTable()) { Schema = new Schema([new Field("name", StringType.Default, true)], null) };

        Assert.Equal("iceberg.column_missing", (await Assert.ThrowsAsync<TargetException>(() => table.PlanAsync())).Code);
    }

    [Fact]
    public async Task Plan_SortOrder_BecomesTheTables()
    {
        var table = new WriteTable { SortOrder = [new SortField("name", false), new SortField("id", true)] };

        await table.CommitAsync(CopyMode.Create, "one", File("a"));

        Assert.Equal([new SortField("name", false), new SortField("id", true)], (await table.ReadAsync()).SortOrder);
        Assert.Equal("nulls-last", (string?)table.Document()["sort-orders"]![0]!["fields"]![1]!["null-order"]);
    }

    private static Field Of(IArrowType type) => new("c", type, nullable: true);

    private static string Describe(Schema schema) =>
        string.Join(", ", FieldTree.All(schema.FieldsList).Select(field => $"{field.Name} {field.FieldId()} {SchemaJson.Describe(field)} {field.IsNullable}"));

    /// <summary>The fields with their members in the order of another document.</summary>
    private static string Normal(JsonNode fields, JsonArray like) => new JsonArray([.. fields.AsArray().Zip(like, (field, other) =>
        new JsonObject(other!.AsObject().Select(member => KeyValuePair.Create(member.Key, field![member.Key]?.DeepClone()))))]).ToJsonString();
}
