using Apache.Arrow;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.Databases.ClickHouse;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Digests;
using BulkMover.Databases.ClickHouse.Native;
using BulkMover.Databases.ClickHouse.Tables;
using BulkMover.Databases.ClickHouse.Transfers;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.Native;

/// <summary>A table on the real server that takes our blocks.</summary>
internal sealed class NativeTarget(ClickHouseServerFixture server)
{
    // What a load sets: a null must not become a default, and a struct may be null.
    private const string Settings = "&input_format_null_as_default=0&insert_null_as_default=0&enable_nullable_tuple_type=1&async_insert=0&max_partitions_per_insert_block=0";

    private static readonly HttpClient Http = new();
    private static int tables;

    public static CalendarSupport Wide { get; } = new(WideDates: false, WideTimestamps: true);

    public static NativeEncoder EncoderFor(Schema schema, CalendarSupport calendar) =>
        new([.. schema.FieldsList.Select(field => TargetColumn.Of(field, calendar))]);

    /// <summary>Makes the table that the mapping asks for, sends the batch, and reads it back in the given format.</summary>
    public async Task<string> RoundTripAsync(RecordBatch batch, string select, CancellationToken cancellationToken)
    {
        string columns = string.Join(", ", batch.Schema.FieldsList.Select(
            field => $"{ClickHouseName.Quote(field.Name)} {TypeMapping.Find(field, Wide).TargetType}"));
        string table = await CreateAsync(columns, cancellationToken);
        using (NativeBlock block = EncoderFor(batch.Schema, Wide).Encode(batch))
        {
            await InsertAsync(table, block, cancellationToken);
            await AssertDigestAsync(table, [.. batch.Schema.FieldsList.Select(field => TargetColumn.Of(field, Wide))], block.Digest, cancellationToken);
        }

        return await server.QueryAsync(select.Replace("{table}", table, StringComparison.Ordinal), cancellationToken);
    }

    /// <summary>The server must come to the same digest of what it has stored as we do of what was sent.</summary>
    public async Task AssertDigestAsync(string table, IReadOnlyList<TargetColumn> columns, Digest sent, CancellationToken cancellationToken)
    {
        using var client = new ServerClient(new ServerEndpoint(server.Endpoint, server.User, server.Password));
        var name = new TableName("default", table);
        var digests = new TableDigests(client, await ServerAbilities.FindAsync(client, cancellationToken));
        ExistingTable existing = (await TableReader.TableAsync(client, name, cancellationToken))!;
        Dictionary<string, Digest> stored = await digests.ReadAsync(
            name, existing, [.. columns.Select(column => new SentColumn(column.Name, column.Type.TargetType))], "_partition_id", cancellationToken);
        Assert.Equal(sent, Digest.Sum(stored.Values, columns.Count));
    }

    public async Task<string> CreateAsync(string columns, CancellationToken cancellationToken)
    {
        string table = $"native{Interlocked.Increment(ref tables)}";
        await server.QueryAsync($"CREATE TABLE {table} ({columns}) ENGINE = MergeTree ORDER BY () SETTINGS enable_nullable_tuple_type = 1", cancellationToken);
        return table;
    }

    public Task InsertAsync(string table, NativeBlock block, CancellationToken cancellationToken) => InsertAsync(table, [block], cancellationToken);

    /// <summary>In one insert.</summary>
    public async Task InsertAsync(string table, IReadOnlyList<NativeBlock> blocks, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        foreach (NativeBlock block in blocks)
            await block.WriteToAsync(body, cancellationToken);
        Assert.Equal(blocks.Sum(block => block.Bytes), body.Length);
        body.Position = 0;
        using var content = new StreamContent(body);
        var insert = new Uri(server.Endpoint, $"?query={Uri.EscapeDataString($"INSERT INTO {table} FORMAT Native")}{Settings}");
        using HttpResponseMessage answer = await Http.PostAsync(insert, content, cancellationToken);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException(await answer.Content.ReadAsStringAsync(cancellationToken));
    }
}
