using System.CommandLine;
using BulkMover.Cli.Arguments;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.ObjectStores.Requests;

namespace BulkMover.Cli.Commands;

/// <summary>Arguments and options that more than one command has; each is written once.</summary>
public static class SharedOptions
{
    public static Argument<string> From { get; } = new("FROM")
    {
        Description = "The table to read: parquet:PATH, delta:PATH or iceberg:PATH; in S3 parquet+s3://bucket/key and so on; "
            + "in Azure parquet+az://account/container/path, or parquet+az://container/path with AZURE_STORAGE_ACCOUNT set; in an Iceberg REST catalog iceberg+rest:https://host/path?table=namespace.table.",
    };

    public static Argument<string> To { get; } = new("TO")
    {
        Description = "The table to write: clickhouse://user@host:8123/database/table or clickhouse+embedded:DIR?table=db.name. "
            + "A Distributed table is loaded shard by shard; it and the tables behind it must exist. Or a table of files: parquet:DIR, delta:DIR or iceberg:DIR; in S3 parquet+s3://bucket/key and so on; "
            + "in Azure parquet+az://account/container/path; in an Iceberg REST catalog iceberg+rest:https://host/path?table=namespace.table.",
    };

    public static Option<string?> Snapshot { get; } = new("--snapshot")
    {
        Description = "Read this snapshot: an id or version, a time (2026-11-01T12:00:00Z), a branch or a tag. Default: the latest, "
            + "or that of the same copy when it was stopped. With 'latest' that goes on with what the table holds now, and keeps what has arrived of its files.",
        HelpName = "ID|TIME|TAG|latest",
    };

    public static Option<IReadOnlyList<string>?> Columns { get; } = new("--columns")
    {
        Description = "Read only these columns, in this order: a,b,\"odd, name\". Default: all.",
        HelpName = "a,b",
        CustomParser = result => ColumnList.Parse(result.Tokens[^1].Value),
    };

    public static Option<string?> Where { get; } = new("--where")
    {
        Description = "Read only these rows, as in SQL: \"day >= '2026-01-01' and country in ('DE', 'FR')\". "
            + "Comparisons, and, or, not, in, between, is null, starts with.",
        HelpName = "EXPR",
    };

    public static Option<CopyMode> Mode { get; } = new Option<CopyMode>("--mode")
    {
        Description = "create: the target must not exist or be empty. append: add rows. replace: swap all rows at once at the end.",
        HelpName = "create|append|replace",
        DefaultValueFactory = _ => CopyMode.Create,
    }.AcceptOnlyFromAmong("create", "append", "replace");

    public static Option<string?> OrderBy { get; } = new("--order-by")
    {
        Description = "ORDER BY of a new table, as in ClickHouse: \"country, day\". Default: the source's sort order.",
        HelpName = "EXPR",
    };

    public static Option<string?> PartitionBy { get; } = new("--partition-by")
    {
        Description = "PARTITION BY of a new table, as in ClickHouse: \"toYYYYMM(day)\"; of a table of files names of columns as in --columns, for Iceberg also \"day(time), bucket(16, id)\". "
            + "Default: none in ClickHouse, as the source in tables of files (in Parquet directories where it is by whole numbers and dates); '' for none.",
        HelpName = "EXPR",
    };

    public static Option<string?> Engine { get; } = new("--engine")
    {
        Description = "Engine of a new table. Default: MergeTree.",
        HelpName = "ENGINE",
    };

    public static Option<WireCompression> WireCompression { get; } = new Option<WireCompression>("--wire-compression")
    {
        Description = "Whether rows are compressed on their way to ClickHouse. auto: not to this machine, so that one behind a tunnel wants zstd; elsewhere if the first rows arrive sooner that way.",
        HelpName = "auto|none|zstd",
    }.AcceptOnlyFromAmong("auto", "none", "zstd");

    public static Option<int?> MaxRequests { get; } = new("--max-requests")
    {
        Description = "Requests to an object store at the same time at most, to source and target each. Default: as many as it bears, up to 256.",
        HelpName = "N",
    };

    public static Option<string?> Bandwidth { get; } = new("--bandwidth")
    {
        Description = "Bytes a second at most from and to an object store, of source and target each: 50MiB, 1GiB. Default: any number.",
        HelpName = "SIZE",
    };

    /// <exception cref="InvalidInputException">A limit lets nothing through.</exception>
    public static RequestLimits RequestLimits(ParseResult arguments)
    {
        int requests = arguments.GetValue(MaxRequests) ?? ObjectStores.Requests.RequestLimits.DefaultRequests;
        return requests > 0
            ? new RequestLimits(requests, arguments.GetValue(Bandwidth) is { } size ? ByteSize.Parse("--bandwidth", size) : null)
            : throw new InvalidInputException("option.invalid", $"--max-requests {requests} lets no request through. Choose at least 1.");
    }

    public static Option<bool> Restart { get; } = new("--restart")
    {
        Description = "Start from zero: what an unfinished run of the same copy has left in the target is thrown away. A complete copy is made again as --mode says: append adds its rows once more.",
    };

    public static Option<bool> Verify { get; } = new("--verify")
    {
        Description = "Prove that what has arrived is what was read: in ClickHouse before readers see it; of tables of files afterwards, both are read for it. Exit code 4 when it is not.",
    };

    public static Option<string?> Memory { get; } = new("--memory")
    {
        Description = "Memory for data on its way: 512MiB, 2GiB. Default: a quarter of the machine's or container's, at least 256MiB.",
        HelpName = "SIZE",
    };

    public static Option<int?> Readers { get; } = new("--readers")
    {
        Description = "Row groups read at the same time. Default: as many as it goes fastest with, found on the way.",
        HelpName = "N",
    };

    public static Option<OutputFormat> Output { get; } = new Option<OutputFormat>("--output")
    {
        Description = "text for people, json for scripts: one object a line on stdout.",
        HelpName = "text|json",
        DefaultValueFactory = _ => OutputFormat.Text,
    }.AcceptOnlyFromAmong("text", "json");
}
