using System.CommandLine;
using BulkMover.Databases.ClickHouse.Embedded;
using BulkMover.Throughput.Plans;
using BulkMover.Throughput.Scenarios;

// The servers that are measured are this program again, and so is each process that plans.
if (args is [EmbeddedHost.Command, ..]) return EmbeddedHost.Run(args.AsSpan(1));
if (args is [PlanProcess.Command, ..]) return await PlanProcess.RunAsync(args.AsMemory(1));

var bulkmover = new Option<FileInfo>("--bulkmover") { Description = "The built command", Required = true };
bulkmover.AcceptExistingOnly();
var dataset = new Option<FileInfo>("--dataset") { Description = "The Parquet file", Required = true };
dataset.AcceptExistingOnly();
var results = new Option<DirectoryInfo>("--results") { Description = "Where the results pages are", Required = true };
results.AcceptExistingOnly();
var rounds = new Option<int>("--rounds") { Description = "Runs of each series", DefaultValueFactory = _ => 5 };
rounds.Validators.Add(result => { if (result.GetValueOrDefault<int>() < 1) result.AddError("--rounds must be 1 or more."); });

var scenario = new Command(ParquetToClickHouse.Name, "A Parquet file into ClickHouse, against the server pulling it itself")
{
    bulkmover, dataset, results, rounds,
};
scenario.SetAction((parsed, cancellationToken) => ReportAsync(parsed, ParquetToClickHouse.Name, ParquetToClickHouse.RunAsync(
    parsed.GetRequiredValue(bulkmover).FullName, parsed.GetRequiredValue(dataset).FullName, parsed.GetRequiredValue(rounds), cancellationToken)));

var bucket = new Option<string?>("--bucket") { Description = "A bucket in S3 to measure with; endpoint and keys come from the environment" };
var fromStore = new Command(StoreToClickHouse.Name, "A Parquet file into ClickHouse from S3, near and far, against the same from disk")
{
    bulkmover, dataset, bucket, results, rounds,
};
fromStore.SetAction((parsed, cancellationToken) => ReportAsync(parsed, StoreToClickHouse.Name, StoreToClickHouse.RunAsync(
    parsed.GetRequiredValue(bulkmover).FullName, parsed.GetRequiredValue(dataset).FullName, new RemoteFiles(parsed.GetRequiredValue(bucket)!), parsed.GetRequiredValue(rounds),
    cancellationToken)));

var tables = new Option<DirectoryInfo>("--tables") { Description = "The directory with the tables of `datasets/make.sh many-files`", Required = true };
tables.AcceptExistingOnly();
var planning = new Command(Planning.Name, "Plans of tables of very many files, each in a process of its own") { tables, results, rounds };
planning.SetAction((parsed, cancellationToken) => ReportAsync(
    parsed, Planning.Name, new Planning(parsed.GetRequiredValue(tables).FullName, parsed.GetRequiredValue(rounds)).RunAsync(cancellationToken)));

var plain = new Option<FileInfo>("--plain") { Description = "The lineitem table, without page indexes", Required = true };
plain.AcceptExistingOnly();
var indexed = new Option<FileInfo>("--indexed") { Description = "The same rows with page indexes", Required = true };
indexed.AcceptExistingOnly();
var pruning = new Command(Pruning.Name, "Filtered reads of Parquet files with and without page indexes and bloom filters") { plain, indexed, results, rounds };
pruning.SetAction((parsed, cancellationToken) => ReportAsync(parsed, Pruning.Name, new Pruning(
    parsed.GetRequiredValue(plain).FullName, parsed.GetRequiredValue(indexed).FullName, parsed.GetRequiredValue(rounds)).RunAsync(cancellationToken)));

var datasets = new Option<FileInfo[]>("--datasets") { Description = "Parquet files in one directory", Required = true, AllowMultipleArgumentsPerToken = true };
datasets.AcceptExistingOnly();
var decoding = new Command(Decoding.Name, "Parquet files decoded by our own decoder, by Arrow C++ and by ClickHouse") { datasets, results, rounds };
decoding.SetAction((parsed, cancellationToken) => ReportAsync(parsed, Decoding.Name, new Decoding(
    [.. parsed.GetRequiredValue(datasets).Select(file => file.FullName)], parsed.GetRequiredValue(rounds)).RunAsync(cancellationToken)));

var directory = new Option<DirectoryInfo>("--directory") { Description = "The directory with Parquet files", Required = true };
directory.AcceptExistingOnly();
var adoption = new Command(Adoption.Name, "Parquet files copied as they are, against cp, rclone and aws") { bulkmover, directory, bucket, results, rounds };
adoption.SetAction((parsed, cancellationToken) => ReportAsync(parsed, Adoption.Name, new Adoption(
    parsed.GetRequiredValue(bulkmover).FullName, parsed.GetRequiredValue(directory).FullName, parsed.GetValue(bucket) is { } name ? new RemoteFiles(name) : null,
    parsed.GetRequiredValue(rounds)).RunAsync(cancellationToken)));

// A series that is stopped from outside must say so: the default handler ends without a word.
return await new RootCommand("Measures whole copies, plans, and filtered reads.") { scenario, fromStore, planning, pruning, decoding, adoption }.Parse(args)
    .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });

async Task<int> ReportAsync(ParseResult parsed, string scenario, Task<string> section)
{
    await File.AppendAllTextAsync(Path.Combine(parsed.GetRequiredValue(results).FullName, $"{scenario}.md"), await section);
    Console.WriteLine(await section);
    return 0;
}
