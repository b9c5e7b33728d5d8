using System.CommandLine;
using BulkMover.Databases.ClickHouse.Embedded;
using BulkMover.Throughput.Copies;
using BulkMover.Throughput.Plans;
using BulkMover.Throughput.Results;
using BulkMover.Throughput.Scenarios;

// The servers that are measured are this program again, and so is each process that plans.
if (args is [EmbeddedHost.Command, ..]) return EmbeddedHost.Run(args.AsSpan(1));
if (args is [PlanProcess.Command, ..]) return await PlanProcess.RunAsync(args.AsMemory(1));

Option<FileInfo> bulkmover = ExistingFile("--bulkmover", "The built command"), dataset = ExistingFile("--dataset", "The Parquet file");
Option<FileInfo> plain = ExistingFile("--plain", "The lineitem table, without page indexes"), indexed = ExistingFile("--indexed", "The same rows with page indexes");
Option<DirectoryInfo> results = ExistingDirectory("--results", "Where the results pages are"), tables = ExistingDirectory("--tables", "The directory of the made tables");
Option<DirectoryInfo> directory = ExistingDirectory("--directory", "The directory with Parquet files");
var sources = new Option<FileSystemInfo[]>("--datasets") { Description = "Parquet files, and directories of such files", Required = true, AllowMultipleArgumentsPerToken = true };
sources.AcceptExistingOnly();
var bucket = new Option<string?>("--bucket") { Description = "A bucket in S3 to measure with; endpoint and keys come from the environment" };
var rounds = new Option<int>("--rounds") { Description = "Runs of each series", DefaultValueFactory = _ => 5 };
rounds.Validators.Add(result => { if (result.GetValueOrDefault<int>() < 1) result.AddError("--rounds must be 1 or more."); });

var root = new RootCommand("Measures whole copies, plans, and filtered reads.");
foreach ((string name, string description) in ParquetCopies.Names)
{
    Add(name, description, [bulkmover, sources], (parsed, cancellationToken) => ParquetCopies.RunAsync(
        name, PathOf(parsed, bulkmover), [.. parsed.GetRequiredValue(sources).Select(source => Path.TrimEndingDirectorySeparator(source.FullName))], parsed.GetRequiredValue(rounds), cancellationToken));
}

Add(Start.Name, "How soon the command answers, and the first row of a copy is in the server", [bulkmover, dataset], (parsed, cancellationToken) =>
    new Start(PathOf(parsed, bulkmover), PathOf(parsed, dataset), parsed.GetRequiredValue(rounds)).RunAsync(cancellationToken));
Add(Budgets.Name, "A Parquet file into ClickHouse within budgets of memory", [bulkmover, dataset], (parsed, cancellationToken) =>
    Budgets.RunAsync(PathOf(parsed, bulkmover), PathOf(parsed, dataset), parsed.GetRequiredValue(rounds), cancellationToken));
Add(Deletes.Name, "Iceberg and Delta tables with deleted rows into ClickHouse, against the engine's readers of them", [bulkmover, tables], (parsed, cancellationToken) =>
    Deletes.RunAsync(PathOf(parsed, bulkmover), PathOf(parsed, tables), parsed.GetRequiredValue(rounds), cancellationToken));
Add(StoreToClickHouse.Name, "A Parquet file into ClickHouse from S3, near and far, against the same from disk", [bulkmover, dataset, bucket], (parsed, cancellationToken) =>
    StoreToClickHouse.RunAsync(PathOf(parsed, bulkmover), PathOf(parsed, dataset), new RemoteFiles(parsed.GetRequiredValue(bucket)!), parsed.GetRequiredValue(rounds), cancellationToken));
var files = new Option<int>("--files") { Description = "Data files of each table", DefaultValueFactory = _ => 1_000_000 };
Add(Planning.Name, "Plans of tables of very many files, each in a process of its own", [tables, files], (parsed, cancellationToken) =>
    new Planning(PathOf(parsed, tables), parsed.GetRequiredValue(files), parsed.GetRequiredValue(rounds)).RunAsync(cancellationToken));
Add(Pruning.Name, "Filtered reads of Parquet files with and without page indexes and bloom filters", [plain, indexed], (parsed, cancellationToken) =>
    new Pruning(PathOf(parsed, plain), PathOf(parsed, indexed), parsed.GetRequiredValue(rounds)).RunAsync(cancellationToken));
Add(Decoding.Name, "Parquet files decoded by our own decoder and by others", [sources], (parsed, cancellationToken) =>
    new Decoding([.. parsed.GetRequiredValue(sources).Select(file => file.FullName)], parsed.GetRequiredValue(rounds)).RunAsync(cancellationToken));
Add(Adoption.Name, "Parquet files copied as they are, against cp, rclone and aws", [bulkmover, directory, bucket], (parsed, cancellationToken) => new Adoption(
    PathOf(parsed, bulkmover), PathOf(parsed, directory), parsed.GetValue(bucket) is { } name ? new RemoteFiles(name) : null, parsed.GetRequiredValue(rounds)).RunAsync(cancellationToken));

var page = new Command("page", "Makes the page of all results") { results };
page.SetAction((parsed, cancellationToken) => new ResultsDirectory(PathOf(parsed, results)).WritePageAsync(cancellationToken));
root.Subcommands.Add(page);

// A series that is stopped from outside must say so: the default handler ends without a word.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });

void Add(string name, string description, Option[] options, Func<ParseResult, CancellationToken, Task<Run>> runAsync)
{
    var scenario = new Command(name, description) { results, rounds };
    foreach (Option option in options) scenario.Options.Add(option);
    scenario.SetAction(async (parsed, cancellationToken) =>
    {
        Run run = await runAsync(parsed, cancellationToken);
        await new ResultsDirectory(PathOf(parsed, results)).AddAsync(run, cancellationToken);
        Console.WriteLine(Section.Of(run));
    });
    root.Subcommands.Add(scenario);
}

static string PathOf<T>(ParseResult parsed, Option<T> option) where T : FileSystemInfo => Path.TrimEndingDirectorySeparator(parsed.GetRequiredValue(option).FullName);

static Option<FileInfo> ExistingFile(string name, string description)
{
    var option = new Option<FileInfo>(name) { Description = description, Required = true };
    return option.AcceptExistingOnly();
}

static Option<DirectoryInfo> ExistingDirectory(string name, string description)
{
    var option = new Option<DirectoryInfo>(name) { Description = description, Required = true };
    return option.AcceptExistingOnly();
}
